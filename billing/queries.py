"""Reading the billing side in a fixed number of queries."""

from django.db.models import Prefetch, QuerySet

from billing.models import ChargeLine, ChargeSet, PayerPolicy, Superbill
from clinic.models import Payer


def charge_sets_for_desk() -> QuerySet[ChargeSet]:
    """Signed visits, newest first, with all that the superbill list shows."""
    return (
        ChargeSet.objects.select_related(
            "note__visit__patient", "note__visit__coverage__payer", "note__author"
        )
        .prefetch_related(
            Prefetch("lines", queryset=ChargeLine.objects.order_by("position")),
            Prefetch("superbills", queryset=Superbill.objects.filter(replaced_by=None)),
        )
        .order_by("-note__visit__date", "-note__visit__starts_at", "-pk")
    )


def payers_with_policies() -> QuerySet[Payer]:
    return Payer.objects.prefetch_related(
        Prefetch("policies", queryset=PayerPolicy.objects.order_by("-version"))
    )
