"""The search of diagnoses while typing."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.permissions import CLINICAL, allow
from notes.services.diagnoses import search_diagnoses
from notes.services.diagnoses_sides import edition_on, favorites_of, sides_of
from notes.views.record_reach import episode_or_404

MOST = 12


@allow(*CLINICAL)
@require_GET
def search(request, pk):
    """Codes billable today that fit, with the side asked for where a code leaves it open.

    The table is published and the answer names no patient: the look is not recorded.
    """
    row = episode_or_404(pk, request.user)
    text = request.GET.get("q", "").strip()[:80]
    today = timezone.localdate()
    found = search_diagnoses(text, on=today, limit=MOST) if text else []
    if not text:
        found = favorites_of(getattr(request.user, "clinician", None), on=today)
    known = set(row.diagnoses.values_list("code", flat=True))
    context = {
        "episode": row,
        "q": text,
        "edition": edition_on(today),
        "rows": [(code, sides_of(code, on=today), code.code in known) for code in found],
    }
    return render(request, "notes/_partials/diagnosis_rows.html", context)
