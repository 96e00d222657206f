from billing.models.charges import ChargeLine, ChargeSet, Superbill
from billing.models.expected_rates import ExpectedRate
from billing.models.policies import Fee, PayerPolicy
from billing.models.policy_trials import PolicyCase, PolicyOverride
from billing.models.reference import (
    CodePairEdit,
    EditEdition,
    EditionPart,
    FeeReference,
    ProcedureCode,
    UnitLimit,
)
from billing.models.setting_changes import SettingChange

__all__ = [
    "ChargeLine",
    "ChargeSet",
    "CodePairEdit",
    "EditEdition",
    "EditionPart",
    "ExpectedRate",
    "Fee",
    "FeeReference",
    "PayerPolicy",
    "PolicyCase",
    "PolicyOverride",
    "ProcedureCode",
    "SettingChange",
    "Superbill",
    "UnitLimit",
]
