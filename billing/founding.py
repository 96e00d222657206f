"""What billing needs of a new practice before its first bill."""

from django.urls import reverse

from billing.enums import PolicyStatus
from billing.models import Fee, PayerPolicy
from clinic.founding import Need


def rules() -> Need | None:
    if PayerPolicy.objects.filter(status=PolicyStatus.PUBLISHED).exists():
        return None
    return Need(
        "Add a payer and publish its rules: a preset is a good start.", reverse("billing:payers")
    )


def fees() -> Need | None:
    if Fee.objects.exists():
        return None
    return Need("Enter the fees: a charge is the fee of its day.", reverse("billing:fees"))
