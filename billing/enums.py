"""Choices of the billing side."""

from django.db import models


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class EditionKind(models.TextChoices):
    PAIRS = "pairs", "Code pairs"
    LIMITS = "limits", "Unit limits"
    FEES = "fees", "Fees"


class EditionStatus(models.TextChoices):
    DRAFT = "draft", "Waiting to be accepted"
    ACTIVE = "active", "In force"


class Program(models.TextChoices):
    MEDICARE = "medicare", "Medicare"
    MEDICAID = "medicaid", "Medicaid"


class Setting(models.TextChoices):
    PRACTITIONER = "practitioner", "Practitioner"
    HOSPITAL = "hospital", "Outpatient hospital"


class CodeBasis(models.TextChoices):
    TIMED = "timed", "By the quarter hour"
    UNTIMED = "untimed", "Once a visit"
    OTHER = "other", "By another span"


class TherapyCode(models.TextChoices):
    ALWAYS = "always", "Always therapy"
    SOMETIMES = "sometimes", "Therapy under a plan of care"
    NO = "no", "Not therapy"


class SettingArea(models.TextChoices):
    """Which page a change of settings was made on."""

    PAYER = "payer", "Payer"
    POLICY = "policy", "Rules"
    CASE = "case", "Test case"
    OVERRIDE = "override", "Case override"
    FEE = "fee", "Fee"
    RATE = "rate", "Expected payment"
    TABLE = "table", "Published table"
