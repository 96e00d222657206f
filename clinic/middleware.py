"""Per-request ground: an id, the practice's scope and time zone, no caching of charts."""

import re
import secrets

import brotli
from django.http import HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from clinic.origin import origin_of, set_origin
from clinic.request_id import set_request_id
from clinic.scope import scope


class RequestIdMiddleware:
    # What a page is made of is never a page itself (a drawing may be): its policy would only
    # weigh, half a kilobyte for each of twenty files.
    PARTS = ("text/css", "text/javascript", "application/javascript", "font/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = secrets.token_hex(8)
        set_request_id(request.request_id)
        set_origin(origin_of(request))
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        if response.headers.get("Content-Type", "").startswith(self.PARTS):
            response.headers.pop("Content-Security-Policy", None)
        else:
            response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class PackedPagesMiddleware(GZipMiddleware):
    """Pages are packed for the way. Papers and archives are packed already, go out byte for
    byte, and in parts: packing would weaken their ETag and break ranges."""

    AS_THEY_ARE = ("application/pdf", "application/zip", "application/octet-stream", "image/")
    BROTLI = re.compile(r"\bbr\b")
    SHORTEST = 200
    QUALITY = 5  # a tenth smaller than gzip, for a millisecond more

    def process_response(self, request, response):
        if response.headers.get("Content-Type", "").startswith(self.AS_THEY_ARE):
            return response
        if not self._takes_brotli(request, response):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Encoding",))
        response.content = brotli.compress(response.content, quality=self.QUALITY)
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "br"
        # As Django does with gzip: how long an answer is must not tell what is in it (BREACH).
        response.headers["X-Padding"] = "x" * secrets.randbelow(self.max_random_bytes)
        return response

    def _takes_brotli(self, request, response) -> bool:
        return (
            not response.streaming
            and len(response.content) >= self.SHORTEST
            and not response.has_header("Content-Encoding")
            and self.BROTLI.search(request.headers.get("Accept-Encoding", "")) is not None
        )


class KnownMethodsMiddleware:
    """Pages are read and forms are sent; no address of ours or of a library knows more."""

    KNOWN = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in self.KNOWN:
            return HttpResponseNotAllowed(self.KNOWN)
        return self.get_response(request)


class PracticeScopeMiddleware:
    """One door: the practice is the signed-in user's, whatever the URL says."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        request.practice = request.user.practice
        with scope(request.practice), timezone.override(request.practice.zone):
            return self.get_response(request)


class NoStoreMiddleware:
    """Pages of signed-in people are never kept by the browser or a proxy."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        if signed_in and not request.user.is_authenticated:
            # Not "storage": all that a device keeps are edits not sent yet, sealed under a key
            # that it does not have. Clearing them would lose work and hide nothing.
            response["Clear-Site-Data"] = '"cache"'
        return response
