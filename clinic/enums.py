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


class Network(models.TextChoices):
    IN = "in", "In network"
    OUT = "out", "Out of network"
    SELF_PAY = "self", "Self-pay"


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
