"""Addresses of the patient's front page."""

from django.urls import path

from clinic.views import emergency, patients, patients_files, patients_merge, patients_parts

urlpatterns = [
    path("", patients.patients, name="patients"),
    path("new/", patients.register, name="patient_new"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("<int:pk>/", patients.patient, name="patient"),
    path("<int:pk>/edit/", patients.edit, name="patient_edit"),
    path("<int:pk>/merge/", patients_merge.merge, name="patient_merge"),
    path("<int:pk>/merge/<int:merge_pk>/undo/", patients_merge.unmerge, name="patient_unmerge"),
    path("<int:pk>/coverages/", patients_parts.add_coverage, name="coverage_add"),
    path("<int:pk>/coverages/<int:coverage_pk>/", patients_parts.coverage, name="coverage"),
    path("<int:pk>/contacts/", patients_parts.add_contact, name="contact_add"),
    path(
        "<int:pk>/contacts/<int:contact_pk>/remove/",
        patients_parts.drop_contact,
        name="contact_remove",
    ),
    path("<int:pk>/alerts/", patients_parts.add_alert, name="alert_add"),
    path("<int:pk>/alerts/<int:alert_pk>/end/", patients_parts.finish_alert, name="alert_end"),
    path("<int:pk>/consents/", patients_parts.add_consent, name="consent_add"),
    path(
        "<int:pk>/consents/<int:consent_pk>/withdraw/",
        patients_parts.drop_consent,
        name="consent_withdraw",
    ),
    path("<int:pk>/files/", patients_files.upload, name="file_upload"),
    path("<int:pk>/files/<uuid:file_id>/", patients_files.download, name="file_download"),
    path("<int:pk>/files/<uuid:file_id>/strike/", patients_files.strike, name="file_strike"),
]
