"""All addresses. The project's root is the only place of clinic that names the other apps."""

from django.urls import include, path

from clinic import account_urls, audit_urls, patient_urls, practice_urls, user_urls
from clinic.views import certificates, errors, health, home, styleguide, verify

urlpatterns = [
    path("", home.home, name="home"),
    path("theme/", home.set_theme, name="set_theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("health/", health.health_page, name="health"),
    path("health/count/", health.health_count, name="health_count"),
    *audit_urls.urlpatterns,
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("v/<uuid:public_id>/", verify.public, name="verify_public"),
    path("verify/", verify.full, name="verify"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/issue/", certificates.issue, name="certificate_issue"),
    path("certificates/<int:pk>/revoke/", certificates.revoke, name="certificate_revoke"),
    path("certificates/left/<int:pk>/", certificates.left, name="clinician_left"),
    path("crl/<slug:name>.crl", verify.revocation_list, name="revocation_list"),
    path("verify/root.pem", verify.root_certificate, name="root_certificate"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", include(account_urls.urlpatterns)),
    path("people/", include(user_urls.urlpatterns)),
    path("practice/", include(practice_urls.urlpatterns)),
    path("patients/", include(patient_urls.urlpatterns)),
    path("notes/", include("notes.urls")),
    path("billing/", include("billing.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
