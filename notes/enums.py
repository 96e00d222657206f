"""Choices of the clinical record."""

from django.db import models


class VisitStatus(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    ARRIVED = "arrived", "Arrived"
    CHARTING = "charting", "Charting"
    SIGNED = "signed", "Signed"
    CANCELED = "canceled", "Canceled"
    NO_SHOW = "no_show", "No-show"


class NoteStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"


class Side(models.TextChoices):
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    BOTH = "both", "Both"


class Grade(models.TextChoices):
    I = "I", "I"  # noqa: E741 the clinical name of the grade
    II = "II", "II"
    III = "III", "III"
    IV = "IV", "IV"
    V = "V", "V"


class PerformedBy(models.TextChoices):
    THERAPIST = "therapist", "Therapist"
    ASSISTANT = "assistant", "Assistant"
    TOGETHER = "together", "Together"


class Lane(models.TextChoices):
    """The timeline's lanes."""

    MANUAL = "manual", "Manual therapy"
    EXERCISE = "exercise", "Exercise"
    NEURO = "neuro", "Neuromuscular"
    ACTIVITIES = "activities", "Activities"
    CMT = "cmt", "Adjustment"
    UNTIMED = "untimed", "Other"


class SignatureMeaning(models.TextChoices):
    AUTHOR = "author", "Author"
    COSIGNER = "cosigner", "Co-signer"
    ADDENDUM = "addendum", "Addendum"
