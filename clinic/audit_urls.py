"""Addresses of the audit trail."""

from django.urls import path

from clinic.views import audit, audit_anomalies, audit_patients

urlpatterns = [
    path("audit/", audit.audit_trail, name="audit"),
    path("audit/trail.csv", audit.audit_csv, name="audit_csv"),
    path("audit/anomalies/", audit_anomalies.audit_anomalies, name="audit_anomalies"),
    path("audit/anomalies/review/", audit_anomalies.review, name="audit_review"),
    path("patients/<int:pk>/looks/", audit_patients.patient_looks, name="patient_looks"),
    path(
        "patients/<int:pk>/disclosures/",
        audit_patients.patient_disclosures,
        name="patient_disclosures",
    ),
    path(
        "patients/<int:pk>/disclosures.csv",
        audit_patients.disclosures_csv,
        name="disclosures_csv",
    ),
]
