"""Addresses of the practice's settings."""

from django.urls import path

from clinic.views import practice

urlpatterns = [
    path("", practice.practice, name="practice"),
    path("details/", practice.details, name="practice_details"),
    path("locations/new/", practice.location_new, name="location_new"),
    path("locations/<int:pk>/", practice.location, name="location"),
    path("clinicians/new/", practice.clinician_new, name="clinician_new"),
    path("clinicians/<int:pk>/", practice.clinician, name="clinician"),
]
