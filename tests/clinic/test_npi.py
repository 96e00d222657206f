import pytest
from django.core.exceptions import ValidationError

from clinic.npi import is_npi, npi_from
from clinic.validators import validate_npi

VALID = ["1234567893", "1000000004", "1500000017", "1999999992", "2000000002", "2999999990"]


@pytest.mark.parametrize("npi", VALID)
def test_npi_with_its_check_digit_is_valid(npi):
    assert is_npi(npi)
    assert npi_from(npi[:9]) == npi


@pytest.mark.parametrize("npi", VALID)
def test_npi_with_any_other_check_digit_is_refused(npi):
    others = [npi[:9] + str(digit) for digit in range(10) if str(digit) != npi[9]]

    assert [other for other in others if is_npi(other)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456789",
        "12345678933",
        "3234567893",
        "0234567893",
        "12345678 3",
        "１２３４５６７８９３",
    ],
)
def test_what_is_no_npi_is_refused(text):
    assert not is_npi(text)


def test_two_digits_swapped_are_found():
    assert not is_npi("1324567893")


def test_form_says_what_to_do():
    with pytest.raises(ValidationError) as refusal:
        validate_npi("1234567890")

    assert refusal.value.messages == [
        "This NPI's check digit does not fit: compare it with the registry."
    ]
