"""The words of the published diagnoses, so that typing does not scan the whole table."""

from django.db import models


class DiagnosisWord(models.Model):
    """One word of a code's title. Published like the codes: the same for every practice."""

    diagnosis = models.ForeignKey(
        "notes.DiagnosisCode", models.CASCADE, related_name="words", db_index=False
    )
    word = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["diagnosis", "word"], name="notes_diagnosis_word_once_per_code"
            )
        ]
        indexes = [models.Index(fields=["word", "diagnosis"])]

    def __str__(self) -> str:
        return self.word
