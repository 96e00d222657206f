"""Choices of the billing desk."""

from django.db import models


class BillKind(models.TextChoices):
    BILL = "bill", "Superbill"
    VOID = "void", "Void notice"


class BillLayout(models.TextChoices):
    PLAIN = "plain", "Our layout"
    FORM = "form", "In the boxes of the claim form"


class DeskState(models.TextChoices):
    READY = "ready", "Ready"
    ATTENTION = "attention", "Needs attention"
    PRINTED = "printed", "Printed"
    SENT = "sent", "Sent"
    PAID = "paid", "Paid"
    VOID = "void", "Voided"


class Route(models.TextChoices):
    """Which paper a visit leads to, by network and payer."""

    SUPERBILL = "superbill", "Superbill"
    CLAIM = "claim", "Claim"
    NOTHING = "nothing", "Nothing billable"


class ExceptionKind(models.TextChoices):
    """The two ways in which a Medicare patient may be billed for a covered service."""

    REFUSED = "refused", "Patient refused in writing, of their own accord, to have it filed"
    ABN_NO_CLAIM = "abn", "Patient chose on an ABN that no claim be filed"


class EntryKind(models.TextChoices):
    CHARGE = "charge", "Charge"
    DISCOUNT = "discount", "Discount"
    PATIENT_PAYMENT = "patient", "Patient payment"
    PAYER_PAYMENT = "payer", "Payer payment"
    ADJUSTMENT = "adjust", "Adjustment"
    WRITE_OFF = "writeoff", "Write-off"
    REFUND = "refund", "Refund"
    APPLIED = "applied", "Credit applied"
    MOVED = "moved", "Responsibility moved"
    REVERSAL = "reversal", "Reversal"


class Method(models.TextChoices):
    CARD = "card", "Card"
    CASH = "cash", "Cash"
    CHECK = "check", "Check"
    HSA = "hsa", "HSA or FSA card"
    TRANSFER = "transfer", "Bank transfer"


class Group(models.TextChoices):
    """Who bears an adjustment, as the remittance says."""

    CO = "CO", "Contractual"
    PR = "PR", "Patient's responsibility"
    OA = "OA", "Other"
    PI = "PI", "Payer-initiated"


class ClaimState(models.TextChoices):
    MADE = "made", "Made"
    SENT = "sent", "Sent"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    DENIED = "denied", "Denied"
    PAID = "paid", "Paid"


class FileState(models.TextChoices):
    MADE = "made", "Made"
    DROPPED = "dropped", "In the folder"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class JobKind(models.TextChoices):
    PRINT = "print", "Print superbills"


class JobState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


class Relationship(models.TextChoices):
    """The patient's relationship to the insured; values of PAT01."""

    SELF = "18", "Self"
    SPOUSE = "01", "Spouse"
    CHILD = "19", "Child"
    OTHER = "G8", "Other"
