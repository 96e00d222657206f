from django.urls import path

from billing import payer_urls
from billing.views import charges, superbills

app_name = "billing"
urlpatterns = [
    path("visits/<uuid:visit_id>/charges/", charges.charges, name="charges"),
    path("superbills/", superbills.superbills, name="superbills"),
    path("superbills/<uuid:visit_id>/", superbills.superbill, name="superbill"),
    path("superbills/<uuid:visit_id>/issue/", superbills.issue, name="issue_superbill"),
    path("superbills/<uuid:visit_id>/superbill.pdf", superbills.pdf, name="superbill_pdf"),
    *payer_urls.urlpatterns,
]
