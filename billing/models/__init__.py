from billing.models.charges import ChargeLine, ChargeSet, Superbill
from billing.models.policies import Fee, PayerPolicy
from billing.models.reference import (
    CodePairEdit,
    EditEdition,
    EditionPart,
    FeeReference,
    ProcedureCode,
    UnitLimit,
)

__all__ = [
    "ChargeLine",
    "ChargeSet",
    "CodePairEdit",
    "EditEdition",
    "EditionPart",
    "Fee",
    "FeeReference",
    "PayerPolicy",
    "ProcedureCode",
    "Superbill",
    "UnitLimit",
]
