"""What a password must withstand: guessing by somebody who knows the person and the practice."""

import re

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

LONGEST = 128
STRONG = 3  # of 4: more than ten to the eighth guesses, knowing the words below
OWN = 6
READ = 72  # zxcvbn's time grows with the square of what it reads
HOUSE_WORDS = ("handline", "therapy", "therapist", "clinic", "physical", "chiropractic", "massage")


class NotTooLong:
    """Hashing costs time: a page of text as a password is somebody trying to slow us down."""

    def validate(self, password: str, user=None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At most {LONGEST} characters, of any kind, spaces too."


class HardToGuess:
    """No rule of which characters: only how many guesses it takes."""

    def validate(self, password: str, user=None) -> None:
        words = context_words(user)
        if own_letters(password, words) < OWN:
            raise ValidationError(
                "This is put together from names that people around you know. Take words that "
                "have nothing to do with you or the practice.",
                code="password_from_names",
            )
        found = zxcvbn(password[:READ], user_inputs=words, max_length=READ)
        if found["score"] >= STRONG:
            return
        why = found["feedback"]["warning"].rstrip(".") or "This would be guessed too soon"
        raise ValidationError(
            f"{why}. Put together four or more words that nobody would expect in a row.",
            code="password_too_weak",
        )

    def get_help_text(self) -> str:
        return "Four or more words that nobody would expect in a row serve best."


def own_letters(password: str, words: list[str]) -> int:
    """How many letters are left without the names, figures and signs.

    zxcvbn counts each name as one guess of many; three of them in a row look strong to it.
    """
    rest = password.lower()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    return sum(letter.isalpha() for letter in rest) if rest != password.lower() else OWN


def context_words(user) -> list[str]:
    """What a stranger can learn about this person: names, address, practice, town."""
    texts = [*HOUSE_WORDS]
    if user is not None:
        texts += [user.first_name, user.last_name, user.email]
        if (practice := getattr(user, "practice", None)) is not None:
            texts += [practice.name, practice.city, practice.street, practice.phone]
    words = {word for text in texts for word in re.split(r"[^\w]+", (text or "").lower())}
    return sorted(word for word in words if len(word) > 2)
