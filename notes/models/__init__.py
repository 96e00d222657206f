from notes.models.blocks import BlockRegion, Procedure, ProcedureRegion, TreatmentBlock
from notes.models.charting import (
    BlockTemplate,
    DeviceSecret,
    LiveChart,
    Operation,
    Snippet,
)
from notes.models.episodes import Authorization, EpisodeDiagnosis, EpisodeOfCare, Order, PlanOfCare
from notes.models.notes import Addendum, Note, Signature
from notes.models.visits import Visit
from notes.models.vocabulary import BodyRegion, DiagnosisCode, Technique
from notes.models.word_versions import WordVersion

__all__ = [
    "Addendum",
    "Authorization",
    "BlockRegion",
    "BlockTemplate",
    "BodyRegion",
    "DeviceSecret",
    "DiagnosisCode",
    "EpisodeDiagnosis",
    "EpisodeOfCare",
    "LiveChart",
    "Note",
    "Operation",
    "Order",
    "PlanOfCare",
    "Procedure",
    "ProcedureRegion",
    "Signature",
    "Snippet",
    "Technique",
    "TreatmentBlock",
    "Visit",
    "WordVersion",
]
