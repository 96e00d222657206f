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


class Accident(models.TextChoices):
    NONE = "none", "No accident"
    WORK = "work", "At work"
    AUTO = "auto", "Auto accident"
    OTHER = "other", "Other accident"


class Notice(models.TextChoices):
    """What the patient signed about care that Medicare may not pay (ABN)."""

    NONE = "none", "None signed"
    MANDATORY = "mandatory", "Signed, likely denial"
    VOLUNTARY = "voluntary", "Signed, voluntary"


class DischargeReason(models.TextChoices):
    GOALS_MET = "goals_met", "Goals met"
    PLATEAU = "plateau", "No further progress"
    PATIENT = "patient", "Patient's wish"
    NO_SHOW = "no_show", "Did not come back"
    PHYSICIAN = "physician", "Back to the physician"
    COVERAGE = "coverage", "Coverage ended"
    OTHER = "other", "Other"


class GoalTerm(models.TextChoices):
    SHORT = "short", "Short term"
    LONG = "long", "Long term"


class GoalState(models.TextChoices):
    OPEN = "open", "Open"
    MET = "met", "Met"
    CHANGED = "changed", "Replaced by a new goal"
    DROPPED = "dropped", "Given up"


class CertificationKind(models.TextChoices):
    SENT = "sent", "Sent"
    VERBAL = "verbal", "Verbal order"
    RECEIVED = "received", "Signed plan received"
    RETURNED = "returned", "Returned unsigned"


class MeasureKind(models.TextChoices):
    PAIN = "pain", "Pain"
    MOTION = "motion", "Range of motion"
    STRENGTH = "strength", "Strength"
    GIRTH = "girth", "Girth"


class Instrument(models.TextChoices):
    NDI = "NDI", "NDI"
    ODI = "ODI", "ODI"
    LEFS = "LEFS", "LEFS"
    QDASH = "QDASH", "QuickDASH"


class Supervision(models.TextChoices):
    DIRECT = "direct", "In the room"
    ON_SITE = "on_site", "In the building"
    GENERAL = "general", "Reachable, not on site"
    VIRTUAL = "virtual", "By live video"


class ImportKind(models.TextChoices):
    PATIENTS = "patients", "Patients"
    COVERAGES = "coverages", "Coverages"
    APPOINTMENTS = "appointments", "Appointments"


class BatchState(models.TextChoices):
    READ = "read", "Read, nothing written"
    APPLIED = "applied", "Applied"
    UNDONE = "undone", "Undone"


class AmendmentDecision(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    DENIED = "denied", "Denied"


class DenialGround(models.TextChoices):
    """The only grounds that 45 CFR 164.526(a)(2) knows."""

    COMPLETE = "complete", "The record is accurate and complete"
    NOT_OURS = "not_ours", "The practice did not create it, and its author can be asked"
    NOT_IN_SET = "not_in_set", "It is not part of the designated record set"
    NOT_OPEN = "not_open", "It is not open to the patient's inspection"
