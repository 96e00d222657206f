from billing.models.batches import DeskJob, JobFile
from billing.models.charges import ChargeLine, ChargeSet, Superbill, SuperbillVisit
from billing.models.claims import (
    Claim,
    ClaimCounter,
    ClaimDetails,
    ClaimFile,
    ClaimMarks,
    ClaimSettings,
    IncomingFile,
    Remittance,
    RemittedClaim,
)
from billing.models.desk import DeskItem, DeskReturn, MedicareException, PrintEvent
from billing.models.estimates import GoodFaithEstimate
from billing.models.expected_rates import ExpectedRate
from billing.models.payments import LedgerEntry, Payment
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
from billing.models.release_drafts import ReleaseDraft
from billing.models.setting_changes import SettingChange

__all__ = [
    "ChargeLine",
    "ChargeSet",
    "Claim",
    "ClaimCounter",
    "ClaimDetails",
    "ClaimFile",
    "ClaimMarks",
    "ClaimSettings",
    "CodePairEdit",
    "DeskItem",
    "DeskJob",
    "DeskReturn",
    "EditEdition",
    "EditionPart",
    "ExpectedRate",
    "Fee",
    "FeeReference",
    "GoodFaithEstimate",
    "IncomingFile",
    "JobFile",
    "LedgerEntry",
    "MedicareException",
    "PayerPolicy",
    "Payment",
    "PolicyCase",
    "PolicyOverride",
    "PrintEvent",
    "ProcedureCode",
    "ReleaseDraft",
    "Remittance",
    "RemittedClaim",
    "SettingChange",
    "Superbill",
    "SuperbillVisit",
    "UnitLimit",
]
