"""Choices of the foundation app."""

from django.db import models


class Role(models.TextChoices):
    THERAPIST = "therapist", "Therapist"
    ASSISTANT = "assistant", "Assistant"
    OFFICE = "office", "Office manager"
    ADMIN = "admin", "Admin"


class Discipline(models.TextChoices):
    PT = "PT", "Physical therapy"
    OT = "OT", "Occupational therapy"
    SLP = "SLP", "Speech-language pathology"
    DC = "DC", "Chiropractic"
    DO = "DO", "Osteopathic medicine"
    MT = "MT", "Massage therapy"


class Sex(models.TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"
    OTHER = "X", "Another"
    UNKNOWN = "U", "Not recorded"


class TaxIdKind(models.TextChoices):
    EIN = "EIN", "EIN"
    SSN = "SSN", "SSN"


class Network(models.TextChoices):
    IN = "in", "In network"
    OUT = "out", "Out of network"
    SELF_PAY = "self", "Self-pay"


class Relationship(models.TextChoices):
    SELF = "self", "Self"
    SPOUSE = "spouse", "Spouse"
    CHILD = "child", "Child"
    OTHER = "other", "Other dependent"


class ContactKind(models.TextChoices):
    EMERGENCY = "emergency", "Emergency contact"
    GUARDIAN = "guardian", "Guardian"
    PHYSICIAN = "physician", "Physician"
    OTHER = "other", "Other"


class AlertKind(models.TextChoices):
    ANTICOAGULANT = "anticoagulant", "Anticoagulant"
    OSTEOPOROSIS = "osteoporosis", "Osteoporosis"
    PACEMAKER = "pacemaker", "Pacemaker"
    PREGNANCY = "pregnancy", "Pregnancy"
    ALLERGY = "allergy", "Allergy"
    FALLS = "falls", "Fall risk"
    CANCER = "cancer", "Active cancer"
    OTHER = "other", "Other"


class FileKind(models.TextChoices):
    ORDER = "order", "Order or referral"
    CERTIFICATION = "cert", "Signed plan of care"
    CARD = "card", "Insurance card"
    IMAGING = "imaging", "Imaging report"
    CONSENT = "consent", "Consent form"
    OTHER = "other", "Other"


class ConsentKind(models.TextChoices):
    TREATMENT = "treatment", "Treatment"
    PRIVACY = "privacy", "Privacy notice received"
    BENEFITS = "benefits", "Assignment of benefits"
    RELEASE = "release", "Release of records"
    TELEHEALTH = "telehealth", "Telehealth"
    FINANCIAL = "financial", "Financial responsibility"


class Theme(models.TextChoices):
    AUTO = "auto", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class DocumentKind(models.TextChoices):
    NOTE = "note", "Session note"
    ADDENDUM = "addendum", "Addendum"
    SUPERBILL = "superbill", "Superbill"
    STATEMENT = "statement", "Statement"
    RECEIPT = "receipt", "Receipt"
    ESTIMATE = "estimate", "Good Faith Estimate"
    APPEAL = "appeal", "Appeal packet"
    PLAN = "plan", "Plan of care"
    PROGRESS = "progress", "Progress report"
    AMENDMENT = "amendment", "Letter about an amendment"


class Outcome(models.TextChoices):
    """How an act of the audit trail ended."""

    DONE = "done", "Done"
    DENIED = "denied", "Refused"
    FAILED = "failed", "Failed"


class DisclosurePurpose(models.TextChoices):
    """Why health information left the practice (the last four need no accounting)."""

    LAW = "law", "Required by law"
    COURT = "court", "Court order or subpoena"
    PUBLIC_HEALTH = "public_health", "Public health"
    OVERSIGHT = "oversight", "Health oversight"
    POLICE = "police", "Law enforcement"
    WORKERS_COMP = "workers_comp", "Workers' compensation"
    RESEARCH = "research", "Research"
    MISTAKE = "mistake", "Sent by mistake"
    OTHER = "other", "Another purpose"
    TREATMENT = "treatment", "Treatment"
    PAYMENT = "payment", "Payment"
    OPERATIONS = "operations", "Health care operations"
    PATIENT = "patient", "To the patient, or as the patient authorized"
