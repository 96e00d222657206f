"""Finding the patient a request is about; what is out of reach does not exist."""

from django.shortcuts import get_object_or_404

from clinic.models import Patient, User
from clinic.services.patients_search import visible_patients


def patient_or_404(pk: int, user: User) -> Patient:
    return get_object_or_404(visible_patients(user), pk=pk)
