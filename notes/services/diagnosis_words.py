"""The words by which diagnoses are found while typing."""

from clinic.folding import words_of
from notes.models import DiagnosisCode, DiagnosisWord

CHUNK = 2000


def index_words() -> None:
    """Take down the words of codes that have none yet; after each load and import."""
    codes = list(DiagnosisCode.objects.filter(words__isnull=True).only("pk", "title"))
    for start in range(0, len(codes), CHUNK):
        DiagnosisWord.objects.bulk_create(
            [
                DiagnosisWord(diagnosis=code, word=word)
                for code in codes[start : start + CHUNK]
                for word in title_words(code.title)
            ],
            batch_size=CHUNK,
        )


def title_words(title: str) -> set[str]:
    return {word for piece in title.split() for word in words_of(piece)}
