from django.urls import path

from billing import desk_urls, payer_urls
from billing.views import charges

app_name = "billing"
urlpatterns = [
    path("visits/<uuid:visit_id>/charges/", charges.charges, name="charges"),
    *desk_urls.urlpatterns,
    *payer_urls.urlpatterns,
]
