"""The practice's signing certificates, kept by the admin."""

import re

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.documents.authority import ends_at, fingerprint
from clinic.documents.wording import grouped
from clinic.enums import Role
from clinic.errors import HandlineError
from clinic.forms.certificates import IssueForm, RevokeForm
from clinic.models import Clinician, SigningAuthority, SigningCertificate
from clinic.permissions import allow
from clinic.services import audit, keys, leaving, revocation
from clinic.views.proving import fresh_proof_required


@allow(Role.ADMIN)
@require_GET
def certificates(request):
    audit.record("signing.certificates_viewed", actor=request.user)
    return _page(request, IssueForm())


@allow(Role.ADMIN)
@require_POST
@fresh_proof_required
def issue(request):
    """A first certificate, or the next one in the place of the one in use."""
    form = IssueForm(request.POST)
    if form.is_valid():
        try:
            row = keys.issue_certificate(form.clinician(), by=request.user)
        except HandlineError as refusal:
            form.add_error("holder", str(refusal))
        else:
            messages.success(request, f"Issued {row.serial}, valid to {row.expires_at:%m/%d/%Y}.")
            return redirect("certificates")
    return _page(request, form, status=422)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
@fresh_proof_required
def revoke(request, pk):
    row = get_object_or_404(SigningCertificate.objects.select_related("clinician"), pk=pk)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keys.revoke_certificate(row, because=form.cleaned_data["because"], by=request.user)
        messages.success(request, f"Revoked {row.serial}. What it signed stays genuine.")
        return redirect("certificates")
    audit.record("signing.certificate_viewed", actor=request.user, subject=row)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "row": row}
    return render(request, "clinic/certificate_revoke.html", context, status=status)


@allow(Role.ADMIN)
@require_http_methods(["GET", "POST"])
@fresh_proof_required
def left(request, pk):
    """A clinician leaves: said once, then done in one act."""
    row = get_object_or_404(Clinician, pk=pk)
    if request.method == "GET":
        audit.record("clinician.viewed", actor=request.user, subject=row)
        return render(request, "clinic/clinician_left.html", {"row": row})
    try:
        revoked = leaving.leave(row, by=request.user)
    except HandlineError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{row} has left. Certificates revoked: {revoked}.")
    return redirect("certificates")


def _page(request, form: IssueForm, status: int = 200):
    rows = SigningCertificate.objects.select_related("clinician", "authority")
    authorities = [
        {
            "row": row,
            "fingerprint": grouped(fingerprint(bytes(row.root_certificate))),
            "ends_at": ends_at(bytes(row.issuing_certificate)),
            "list": re.findall(".{1,8}", revocation.address(row)),
        }
        for row in SigningAuthority.objects.all()
    ]
    context = {
        "form": form,
        "rows": rows,
        "authorities": authorities,
        "now": timezone.now(),
    }
    return render(request, "clinic/certificates.html", context, status=status)
