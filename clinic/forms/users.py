"""Forms about people who sign in."""

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)

from clinic.enums import Role, TaxIdKind
from clinic.forms.patients import Crispy
from clinic.models import Clinician, Practice, User
from clinic.services.invitations import Person
from clinic.tax_ids import tax_id_problem


class InviteForm(Crispy, forms.Form):
    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField(choices=Role)
    clinician = forms.ModelChoiceField(
        Clinician.objects.none(),
        required=False,
        empty_label="Nobody who treats",
        help_text="For therapists and assistants: whose notes this account signs.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = Clinician.objects.filter(user=None, active=True)

    @property
    def person(self) -> Person:
        data = self.cleaned_data
        return Person(
            data["email"], data["first_name"], data["last_name"], Role(data["role"]),
            data["clinician"],
        )  # fmt: skip


class RoleForm(Crispy, forms.Form):
    role = forms.ChoiceField(choices=Role)


class ResetForm(Crispy, forms.Form):
    because = forms.CharField(
        label="How do you know that it is them?",
        max_length=200,
        help_text="For example: stood before me and showed the license.",
    )


class NewPassword(Crispy, forms.Form):
    """A password and the account that it is for; nobody else ever sets it."""

    password = forms.CharField(
        strip=False,
        max_length=400,
        help_text=" ".join(password_validators_help_texts()[1:]),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="The same once more",
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def owner(self) -> User:
        raise NotImplementedError

    def clean(self) -> dict:
        data = super().clean()
        if "password" in data and data["password"] != data.get("again"):
            self.add_error("again", "The two are not the same.")
        if "password" in data and not self.errors:
            try:
                validate_password(data["password"], self.owner())
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class AcceptForm(NewPassword):
    def __init__(self, *args, invitation, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def owner(self) -> User:
        row = self.invitation
        return User(
            email=row.email, first_name=row.first_name, last_name=row.last_name,
            practice=row.practice,
        )  # fmt: skip


class SetUpForm(NewPassword):
    practice_name = forms.CharField(label="Name of the practice", max_length=120)
    npi = forms.CharField(label="NPI of the practice", max_length=10)
    tax_id_kind = forms.ChoiceField(
        label="Taxed under", choices=TaxIdKind.choices, initial=TaxIdKind.EIN,
        help_text="An SSN only if you practice alone and have no EIN",
    )  # fmt: skip
    tax_id = forms.CharField(
        label="That number", max_length=11, help_text="EIN as 12-3456789, SSN as 123-45-6789"
    )
    first_name = forms.CharField(label="Your first name", max_length=60)
    last_name = forms.CharField(label="Your last name", max_length=60)
    email = forms.EmailField(label="E-mail you sign in with", max_length=254)
    field_order = [
        "practice_name", "npi", "tax_id_kind", "tax_id", "first_name", "last_name", "email",
    ]  # fmt: skip

    def clean_npi(self) -> str:
        value = self.cleaned_data["npi"].strip()
        Practice._meta.get_field("npi").run_validators(value)
        return value

    def clean_tax_id(self) -> str:
        """The kind stands before it, and so is clean by now."""
        value = self.cleaned_data["tax_id"].strip()
        if problem := tax_id_problem(self.cleaned_data.get("tax_id_kind", ""), value):
            raise forms.ValidationError(problem)
        return value

    @property
    def practice(self) -> Practice:
        data = self.cleaned_data
        return Practice(
            name=data.get("practice_name", ""), npi=data.get("npi", ""),
            tax_id_kind=data.get("tax_id_kind", TaxIdKind.EIN), tax_id=data.get("tax_id", ""),
        )  # fmt: skip

    @property
    def person(self) -> Person:
        data = self.cleaned_data
        return Person(data["email"], data["first_name"], data["last_name"], Role.ADMIN)

    def owner(self) -> User:
        data = self.cleaned_data
        return User(
            email=data.get("email", ""), first_name=data.get("first_name", ""),
            last_name=data.get("last_name", ""), practice=self.practice,
        )  # fmt: skip
