from clinic.models.audit import AnomalyReview, AuditEvent, Disclosure
from clinic.models.documents import DocumentCounter, DocumentWithdrawal, StoredDocument
from clinic.models.emergency import EmergencyAccess, EmergencyHolder, opened_in_emergency
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
from clinic.models.sign_ins import FactorReset, Invitation, SignIn
from clinic.models.submissions import Submission

__all__ = [
    "AnomalyReview",
    "AuditEvent",
    "Clinician",
    "Consent",
    "Coverage",
    "Disclosure",
    "DocumentCounter",
    "DocumentWithdrawal",
    "EmergencyAccess",
    "EmergencyHolder",
    "FactorReset",
    "Invitation",
    "Location",
    "Patient",
    "PatientAlert",
    "PatientContact",
    "PatientFile",
    "PatientMerge",
    "PatientToken",
    "Payer",
    "Practice",
    "SignIn",
    "SigningAuthority",
    "SigningCertificate",
    "StoredDocument",
    "Submission",
    "User",
    "opened_in_emergency",
]
