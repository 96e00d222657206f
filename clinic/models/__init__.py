from clinic.models.audit import AuditEvent
from clinic.models.documents import DocumentCounter, DocumentWithdrawal, StoredDocument
from clinic.models.keys import SigningAuthority, SigningCertificate
from clinic.models.patient_record import (
    Consent,
    PatientAlert,
    PatientContact,
    PatientFile,
    PatientMerge,
)
from clinic.models.patient_search import PatientToken
from clinic.models.patients import Coverage, Patient, Payer
from clinic.models.people import Clinician, User
from clinic.models.practice import Location, Practice

__all__ = [
    "AuditEvent",
    "Clinician",
    "Consent",
    "Coverage",
    "DocumentCounter",
    "DocumentWithdrawal",
    "Location",
    "Patient",
    "PatientAlert",
    "PatientContact",
    "PatientFile",
    "PatientMerge",
    "PatientToken",
    "Payer",
    "Practice",
    "SigningAuthority",
    "SigningCertificate",
    "StoredDocument",
    "User",
]
