"""What payers sent: reading a file, and what it did."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing import money
from billing.models import IncomingFile, Remittance
from billing.services.claims_answers import LARGEST, read_incoming
from billing.services.claims_transport import fetch, folder_of
from billing.views.superbills import DESK
from clinic.errors import HandlineError
from clinic.permissions import allow
from clinic.services import audit


@allow(*DESK)
@require_GET
def remittances(request):
    rows = Remittance.objects.prefetch_related("claims")
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    for row in page:
        row.amount = money.dollars(row.total_cents)
        row.waiting = sum(bool(claim.words) for claim in row.claims.all())
    audit.record("remittances.viewed", actor=request.user)
    context = {
        "page": page,
        "files": IncomingFile.objects.defer("content").order_by("-pk")[:15],
        "has_folder": folder_of(request.user.practice) is not None,
    }
    return render(request, "billing/remittances.html", context)


@allow(*DESK)
@require_POST
def upload(request):
    given = request.FILES.get("file")
    if given is None or given.size > LARGEST:
        messages.error(request, "Choose the 999, 277CA or 835 file, at most 20 MB.")
        return redirect("billing:remittances")
    try:
        row = read_incoming(given.read().decode("latin-1"), name=given.name, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{row.name} is read and posted.")
    return redirect("billing:remittances")


@allow(*DESK)
@require_POST
def look(request):
    """Read what lies in the folder."""
    found = fetch(request.user.practice, by=request.user)
    if not found:
        messages.info(request, "There is nothing new in the folder.")
    for item in found:
        if item.is_read:
            messages.success(request, f"{item.name} is read and posted.")
        else:
            messages.error(request, f"{item.name}: {item.words}")
    return redirect("billing:remittances")


@allow(*DESK)
@require_GET
def remittance(request, pk):
    row = get_object_or_404(Remittance, pk=pk)
    claims = list(row.claims.select_related("claim__charge_set__note__visit__patient"))
    for claim in claims:
        claim.charge = money.dollars(claim.charge_cents)
        claim.paid = money.dollars(claim.paid_cents)
        claim.groups = _groups(claim.adjustments)
    audit.record("remittance.viewed", actor=request.user, subject=row)
    context = {"row": row, "claims": claims, "amount": money.dollars(row.total_cents)}
    return render(request, "billing/remittance.html", context)


def _groups(adjustments: list[dict]) -> list[tuple[str, str]]:
    """CO, PR, OA and PI each with its sum and reasons."""
    found: dict[str, tuple[int, list[str]]] = {}
    for item in adjustments:
        cents, reasons = found.get(item["group"], (0, []))
        found[item["group"]] = (cents + item["cents"], [*reasons, item["reason"]])
    return [
        (f"{group} {', '.join(dict.fromkeys(reasons))}", money.dollars(cents))
        for group, (cents, reasons) in sorted(found.items())
    ]
