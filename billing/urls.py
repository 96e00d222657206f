from django.urls import path

from billing import desk_urls, payer_urls
from billing.views import charges, own_review, worklist

app_name = "billing"
urlpatterns = [
    path("visits/<uuid:visit_id>/charges/", charges.charges, name="charges"),
    path("worklist/", worklist.worklist, name="worklist"),
    path("worklist/count/", worklist.count, name="worklist_count"),
    path("review/", own_review.own_review, name="own_review"),
    *desk_urls.urlpatterns,
    *payer_urls.urlpatterns,
]
