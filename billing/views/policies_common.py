"""What the pages of a payer's rules share: finding rows, how things stand, both sides named."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from billing.engine.presets import preset_versions
from billing.enums import PolicyStatus
from billing.models import PayerPolicy
from billing.queries import payers_with_policies
from billing.services.policies_difference import Rules, rules_of, rules_of_preset
from clinic.models import Payer


@dataclass(frozen=True, slots=True)
class Standing:
    """A payer's rules on a day."""

    in_force: PayerPolicy | None
    draft: PayerPolicy | None
    next: PayerPolicy | None
    last: PayerPolicy | None


def standing(payer: Payer, on: date) -> Standing:
    """From the policies that were fetched with the payer, newest first."""
    rows = list(payer.policies.all())
    published = [row for row in rows if row.status == PolicyStatus.PUBLISHED]
    begun = [row for row in published if row.starts_on <= on]
    current = [row for row in begun if row.ends_on is None or row.ends_on >= on]
    coming = [row for row in published if row.starts_on > on]
    return Standing(
        in_force=current[0] if current else None,
        draft=next((row for row in rows if row.is_draft), None),
        next=coming[-1] if coming else None,
        last=published[0] if published else None,
    )


def payer_or_404(pk: int) -> Payer:
    return get_object_or_404(payers_with_policies(), pk=pk)


def version_or_404(pk: int, version: int) -> PayerPolicy:
    rows = PayerPolicy.objects.select_related("payer", "based_on", "saved_by", "published_by")
    return get_object_or_404(rows, payer=pk, version=version)


def told_when_gone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For what is sent from a draft's page after another admin discarded the draft."""

    @wraps(view)
    def told(request: HttpRequest, pk: int, version: int) -> HttpResponse:
        rows = PayerPolicy.objects.filter(payer=pk, version=version)
        if request.method != "POST" or rows.exists():
            return view(request, pk, version)
        payer = payer_or_404(pk)
        messages.error(request, f"Draft v{version} was discarded meanwhile. Nothing was stored.")
        return redirect("billing:payer", pk=payer.pk)

    return told


def rules_named(payer: Payer, name: str) -> tuple[Rules, str, PayerPolicy | None]:
    """ "v3" or "preset:medicare": the rules, the preset behind them, the row if it is one."""
    if name.startswith("preset:"):
        key = name.removeprefix("preset:")
        if key not in preset_versions():
            raise Http404
        return rules_of_preset(key, timezone.localdate()), key, None
    if not name[1:].isdecimal():
        raise Http404
    row = version_or_404(payer.pk, int(name[1:]))
    return rules_of(row), row.preset, row
