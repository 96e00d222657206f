"""Field validators with sentences for the person at the screen."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from clinic.npi import is_npi


def validate_npi(value: str) -> None:
    if not is_npi(value):
        raise ValidationError("This NPI's check digit does not fit: compare it with the registry.")


validate_code = RegexValidator(
    r"^[0-9A-Z][0-9]{3}[0-9A-Z]$", "A procedure code has five characters, such as 97140."
)
validate_icd10 = RegexValidator(
    r"^[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?$",
    "Write an ICD-10-CM code with its dot, such as M54.2.",
)
