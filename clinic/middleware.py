"""Per-request ground: an id, the practice's scope and time zone, no caching of charts."""

import secrets

from django.http import HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone

from clinic.origin import origin_of, set_origin
from clinic.request_id import set_request_id
from clinic.scope import scope


class RequestIdMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = secrets.token_hex(8)
        set_request_id(request.request_id)
        set_origin(origin_of(request))
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class PackedPagesMiddleware(GZipMiddleware):
    """Pages are packed for the way. Papers and archives are packed already, go out byte for
    byte, and in parts: packing would weaken their ETag and break ranges."""

    AS_THEY_ARE = ("application/pdf", "application/zip", "application/octet-stream", "image/")

    def process_response(self, request, response):
        if response.headers.get("Content-Type", "").startswith(self.AS_THEY_ARE):
            return response
        return super().process_response(request, response)


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
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
