from notes.models.amendments import AmendmentRequest
from notes.models.blocks import BlockRegion, Procedure, ProcedureRegion, TreatmentBlock
from notes.models.charting import (
    BlockTemplate,
    DeviceSecret,
    LiveChart,
    Operation,
    Snippet,
)
from notes.models.diagnosis_words import DiagnosisWord
from notes.models.episodes import Authorization, EpisodeDiagnosis, EpisodeOfCare, Order, PlanOfCare
from notes.models.exchange import ExportJob, ImportBatch
from notes.models.measures import (
    BlockPurpose,
    Lymphedema,
    Measurement,
    OutcomeScore,
    SegmentFinding,
)
from notes.models.notes import Addendum, Note, Signature
from notes.models.plans import CertificationEvent, Goal, ProgressReport
from notes.models.review import AlertAnswer, CosignRequest, ReviewRemark, SupervisionFact
from notes.models.schedule import Booking, CalendarFeed, DiagnosisFavorite
from notes.models.visits import Visit
from notes.models.vocabulary import BodyRegion, DiagnosisCode, Technique
from notes.models.word_versions import WordVersion

__all__ = [
    "Addendum",
    "AlertAnswer",
    "AmendmentRequest",
    "Authorization",
    "BlockPurpose",
    "BlockRegion",
    "BlockTemplate",
    "BodyRegion",
    "Booking",
    "CalendarFeed",
    "CertificationEvent",
    "CosignRequest",
    "DeviceSecret",
    "DiagnosisCode",
    "DiagnosisFavorite",
    "DiagnosisWord",
    "EpisodeDiagnosis",
    "EpisodeOfCare",
    "ExportJob",
    "Goal",
    "ImportBatch",
    "LiveChart",
    "Lymphedema",
    "Measurement",
    "Note",
    "Operation",
    "Order",
    "OutcomeScore",
    "PlanOfCare",
    "Procedure",
    "ProcedureRegion",
    "ProgressReport",
    "ReviewRemark",
    "SegmentFinding",
    "Signature",
    "Snippet",
    "SupervisionFact",
    "Technique",
    "TreatmentBlock",
    "Visit",
    "WordVersion",
]
