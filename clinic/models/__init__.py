from clinic.models.audit import AuditEvent
from clinic.models.documents import DocumentCounter, StoredDocument
from clinic.models.patients import Coverage, Patient, Payer
from clinic.models.people import Clinician, User
from clinic.models.practice import Location, Practice

__all__ = [
    "AuditEvent",
    "Clinician",
    "Coverage",
    "DocumentCounter",
    "Location",
    "Patient",
    "Payer",
    "Practice",
    "StoredDocument",
    "User",
]
