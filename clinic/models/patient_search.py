"""The words a patient is found by."""

from django.db import models

from clinic.scope import ScopedModel


class PatientToken(ScopedModel):
    """One folded word of a patient: a name, the record number, the digits of a phone number.

    ``mirrored`` is the word backwards, so that an index serves its end as well as its start:
    one typing error leaves one half of a word as it was.
    """

    patient = models.ForeignKey("clinic.Patient", models.CASCADE, related_name="tokens")
    token = models.CharField(max_length=40)
    mirrored = models.CharField(max_length=40)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "token"], name="clinic_patient_token_once_per_patient"
            )
        ]
        indexes = [
            models.Index(fields=["practice", "token", "patient"]),
            models.Index(fields=["practice", "mirrored", "patient"]),
        ]

    def __str__(self) -> str:
        return self.token


def token_row(patient: models.Model, word: str) -> PatientToken:
    return PatientToken(
        practice_id=patient.practice_id, patient=patient, token=word, mirrored=word[::-1]
    )
