"""Claims to payers: what was sent, what came back."""

from django.db import models
from django.db.models import Q

from billing.desk_enums import ClaimState, FileState, Relationship
from clinic.models.practice import Address
from clinic.scope import ScopedModel


class ClaimSettings(ScopedModel):
    """How the practice sends claims: one row each practice."""

    submitter_id = models.CharField(max_length=15, blank=True)
    receiver_name = models.CharField(max_length=60, blank=True)
    receiver_id = models.CharField(max_length=15, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    testing = models.BooleanField(default=True, help_text="Files are marked as test.")
    supervised = models.JSONField(
        default=list,
        blank=True,
        help_text="Kinds of plan whose claims name the assistant and, in box 17, who supervises.",
    )
    form_right = models.SmallIntegerField(
        default=0, help_text="Move the claim form's print to the right, in tenths of a millimeter."
    )
    form_down = models.SmallIntegerField(default=0, help_text="And down.")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], name="billing_one_claim_settings_per_practice"
            ),
            models.CheckConstraint(
                name="billing_form_offset_within_two_centimeters",
                condition=Q(form_right__gte=-200, form_right__lte=200)
                & Q(form_down__gte=-200, form_down__lte=200),
            ),
        ]

    def __str__(self) -> str:
        return self.receiver_name or "Claim settings"


class ClaimDetails(ScopedModel, Address):
    """What a claim needs to know about a coverage beyond its number: whose it is, the accident."""

    coverage = models.OneToOneField("clinic.Coverage", models.PROTECT, related_name="claim_details")
    relationship = models.CharField(max_length=2, choices=Relationship, default=Relationship.SELF)
    last_name = models.CharField(max_length=60, blank=True)
    first_name = models.CharField(max_length=60, blank=True)
    filing = models.CharField("claim filing code", max_length=2, blank=True)
    employment = models.BooleanField("work accident", default=False)
    auto = models.BooleanField("auto accident", default=False)
    other = models.BooleanField("other accident", default=False)
    accident_state = models.CharField(max_length=2, blank=True)
    accident_on = models.DateField(null=True, blank=True)
    other_claim_id = models.CharField(max_length=28, blank=True)
    condition_codes = models.CharField(max_length=11, blank=True)
    off_work_from = models.DateField(null=True, blank=True)
    off_work_until = models.DateField(null=True, blank=True)
    admitted_on = models.DateField(null=True, blank=True)
    discharged_on = models.DateField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(
                name="billing_details_name_the_insured",
                condition=Q(relationship="18") | ~Q(last_name=""),
            ),
            models.CheckConstraint(
                name="billing_details_off_work_ends_after_it_begins",
                condition=Q(off_work_from=None)
                | Q(off_work_until=None)
                | Q(off_work_until__gte=models.F("off_work_from")),
            ),
            models.CheckConstraint(
                name="billing_details_discharge_follows_admission",
                condition=Q(discharged_on=None)
                | Q(admitted_on__isnull=False, discharged_on__gte=models.F("admitted_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"Details of {self.coverage}"


class ClaimMarks(ScopedModel):
    """What the claim of one visit says beside its lines: boxes 24C and 24H."""

    charge_set = models.OneToOneField(
        "billing.ChargeSet", models.PROTECT, related_name="claim_marks"
    )
    emergency = models.BooleanField("emergency (box 24C)", default=False)
    epsdt = models.BooleanField("follows an EPSDT screening (box 24H)", default=False)

    def __str__(self) -> str:
        return f"Marks of {self.charge_set}"


class ClaimCounter(ScopedModel):
    """The last control number given out; locked while one is taken, never set back."""

    kind = models.CharField(max_length=5)
    last = models.PositiveIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind"], name="billing_one_claim_counter_per_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


class ClaimFile(ScopedModel):
    """One 837P file, kept as it was written."""

    control = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    claim_count = models.PositiveIntegerField()
    total_cents = models.IntegerField()
    state = models.CharField(max_length=8, choices=FileState, default=FileState.MADE)
    words = models.CharField(max_length=400, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-control"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "control"], name="billing_control_number_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Claim(ScopedModel):
    """One claim as it was sent. A correction is another claim that replaces or voids it."""

    charge_set = models.ForeignKey("billing.ChargeSet", models.PROTECT, related_name="claims")
    coverage = models.ForeignKey("clinic.Coverage", models.PROTECT, related_name="claims")
    payer = models.ForeignKey("clinic.Payer", models.PROTECT, related_name="claims")
    file = models.ForeignKey(
        ClaimFile, models.PROTECT, null=True, blank=True, related_name="claims"
    )
    number = models.CharField(max_length=20)
    frequency = models.CharField(max_length=1, default="1")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    facts = models.JSONField(help_text="The claim as it was sent.")
    total_cents = models.IntegerField()
    state = models.CharField(max_length=8, choices=ClaimState, default=ClaimState.MADE)
    words = models.CharField(max_length=400, blank=True)
    payer_control = models.CharField(max_length=50, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("clinic.User", models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["-pk"]
        indexes = [models.Index(fields=["practice", "state", "-made_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "number"], name="billing_claim_number_once_per_practice"
            ),
            models.UniqueConstraint(
                fields=["charge_set", "payer"],
                condition=Q(frequency="1") & ~Q(state="rejected"),
                name="billing_one_original_claim_per_visit_and_payer",
            ),
            models.CheckConstraint(
                name="billing_claim_correction_names_the_earlier_one",
                condition=Q(frequency="1", replaces=None)
                | Q(frequency__in=["7", "8"], replaces__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class IncomingFile(ScopedModel):
    """A file that a payer or clearinghouse sent, read once."""

    kind = models.CharField(max_length=3)
    name = models.CharField(max_length=120)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    words = models.CharField(max_length=400, blank=True)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey("clinic.User", models.PROTECT, null=True, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "sha256"], name="billing_incoming_file_once_per_practice"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Remittance(ScopedModel):
    """One payment of a payer, with what it says about each claim."""

    incoming = models.ForeignKey(IncomingFile, models.PROTECT, related_name="remittances")
    payer_name = models.CharField(max_length=120)
    payer_key = models.CharField(max_length=60)
    trace = models.CharField(max_length=60)
    method = models.CharField(max_length=3, blank=True)
    paid_on = models.DateField(null=True)
    total_cents = models.IntegerField()
    provider_adjustments = models.JSONField(default=list)
    posted_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "payer_key", "trace"],
                name="billing_remittance_trace_once_per_payer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payer_name} {self.trace}"


class RemittedClaim(ScopedModel):
    """What a remittance says about one claim."""

    remittance = models.ForeignKey(Remittance, models.PROTECT, related_name="claims")
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, blank=True, related_name="remitted")
    number = models.CharField(max_length=38)
    status = models.CharField(max_length=3)
    charge_cents = models.IntegerField()
    paid_cents = models.IntegerField()
    patient_cents = models.IntegerField()
    payer_control = models.CharField(max_length=50, blank=True)
    patient_name = models.CharField(max_length=120, blank=True)
    adjustments = models.JSONField(default=list, help_text="Group, reason, cents, and the line.")
    lines = models.JSONField(default=list)
    words = models.CharField(max_length=300, blank=True, help_text="Why it was not posted.")

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.number
