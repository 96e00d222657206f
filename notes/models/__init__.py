from notes.models.blocks import BlockRegion, Procedure, ProcedureRegion, TreatmentBlock
from notes.models.episodes import Authorization, EpisodeDiagnosis, EpisodeOfCare, Order, PlanOfCare
from notes.models.notes import Addendum, Note, Signature
from notes.models.visits import Visit
from notes.models.vocabulary import BodyRegion, DiagnosisCode, Technique

__all__ = [
    "Addendum",
    "Authorization",
    "BlockRegion",
    "BodyRegion",
    "DiagnosisCode",
    "EpisodeDiagnosis",
    "EpisodeOfCare",
    "Note",
    "Order",
    "PlanOfCare",
    "Procedure",
    "ProcedureRegion",
    "Signature",
    "Technique",
    "TreatmentBlock",
    "Visit",
]
