"""What documents refuse, each with a sentence for the user."""

from clinic.errors import HandlineError


class DocumentError(HandlineError):
    """A document cannot be made, signed or read; says why and what to do."""
