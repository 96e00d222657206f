"""Verification: the public page behind the QR code, and the full report for staff."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from clinic.documents.authority import pem
from clinic.documents.errors import DocumentError
from clinic.documents.verify import LARGEST, TOO_LARGE, verify_pdf
from clinic.forms.verify import FingerprintForm, VerifyForm
from clinic.models import StoredDocument
from clinic.permissions import EVERYONE, allow
from clinic.scope import every_practice
from clinic.services import audit, keys, revocation
from clinic.services.issuing import entry_of, registry
from clinic.submit_once import repeatable
from clinic.uploads import AtMost

ROOM_FOR_FORM = 64 * 1024  # what a browser sends around the file


@login_not_required
@never_cache
@require_GET
def public(request, public_id):
    """What anybody may know of an issued document: no patient, no date of service.

    An id that was never issued gets the same words in the same shape.
    """
    with every_practice("the QR code's reader has no account; the id is random"):
        document = (
            StoredDocument.objects.filter(public_id=public_id)
            .select_related("practice", "withdrawal")
            .first()
        )
        entry = entry_of(document) if document else None
    form = FingerprintForm(request.GET) if "sha256" in request.GET else FingerprintForm()
    same = (
        form.is_valid()
        and document is not None
        and (form.cleaned_data["sha256"] == document.sha256)
    )
    context = {
        "public_id": public_id,
        "entry": entry,
        "practice_name": document.practice.name if document else "",
        "form": form,
        "asked": form.is_bound and form.is_valid(),
        "same": same,
    }
    response = render(request, "clinic/verify_public.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@repeatable
@csrf_exempt  # the inner view checks it, after the upload has got its limit
@allow(*EVERYONE)
@require_http_methods(["GET", "POST"])
def full(request):
    """The whole report on a file, for people of the practice."""
    limit = AtMost(LARGEST + ROOM_FOR_FORM)
    request.upload_handlers.insert(0, limit)
    return _full(request, limit)


@csrf_protect
def _full(request, limit: AtMost):
    form = VerifyForm(request.POST or None, request.FILES or None)
    report = None
    if limit.refused:
        form = VerifyForm(request.POST)
        form.errors["file"] = form.error_class([TOO_LARGE])
    elif request.method == "POST" and form.is_valid():
        try:
            report = verify_pdf(
                form.cleaned_data["file"].read(),
                trust=keys.trust(),
                registry=registry,
                now=timezone.now(),
            )
        except DocumentError as refusal:
            form.add_error("file", str(refusal))
    audit.record(
        "document.verified",
        actor=request.user,
        accepted=report.accepted if report else None,
        sha256=report.sha256 if report else "",
    )
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "clinic/verify.html", {"form": form, "report": report}, status=status)


@login_not_required
@cache_control(public=True, max_age=3600)
@require_GET
def revocation_list(request, name):
    """Which certificates have been revoked: serial numbers and dates, for any PDF reader."""
    with every_practice("readers of our documents have no account; the name is the list's own"):
        authority = revocation.list_named(name)
        if authority is None:
            raise Http404
        body = revocation.list_of(authority)
    return HttpResponse(body, content_type="application/pkix-crl")


@allow(*EVERYONE)
@require_GET
def root_certificate(request):
    """The practice's root, to be installed where signatures are to show as trusted."""
    roots = keys.trust().roots
    audit.record("signing.root_downloaded", actor=request.user)
    body = b"".join(pem(root) for root in roots)
    response = HttpResponse(body, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="handline-root.pem"'
    return response
