"""Forms of the practice's settings."""

from zoneinfo import available_timezones

from django import forms

from clinic.forms.patients import Crispy, day
from clinic.forms.seen import SeenForm
from clinic.models import Clinician, Location, Practice, User
from clinic.tax_ids import tax_id_problem

ADDRESS = ["street", "city", "state", "zip_code", "phone"]
ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
    "Pacific/Guam",
)  # fmt: skip


class SettingForm(Crispy, SeenForm):
    """One sheet of the practice's settings."""

    def _post_clean(self) -> None:
        """The service checks the whole and writes; here each field only answers for itself."""
        for name in self._meta.fields:
            if name in self.cleaned_data:
                self._check_field(name)

    def _check_field(self, name: str) -> None:
        field = self._meta.model._meta.get_field(name)
        value = self.cleaned_data[name]
        try:
            if value not in field.empty_values and not field.is_relation:
                field.run_validators(value)
        except forms.ValidationError as error:
            self.add_error(name, error)


class PracticeForm(SettingForm):
    timezone = forms.ChoiceField(label="Time zone")

    class Meta:
        model = Practice
        fields = [
            "name", "npi", "tax_id_kind", "tax_id", *ADDRESS, "timezone", "therapists_see_all",
            "cosign_assistants", "confirm_each_signature", "idle_minutes",
        ]  # fmt: skip
        help_texts = {
            "npi": "Ten digits: the group's, or your own if you practice alone",
            "tax_id_kind": "An SSN only if you practice alone and have no EIN",
            "tax_id": "EIN as 12-3456789, SSN as 123-45-6789; a hidden SSN stays as it is",
            "zip_code": "Claims ask for all nine digits: 12207-1234",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["tax_id"] = self.instance.tax_id_shown
        self.fields["tax_id"].widget.attrs["autocomplete"] = "off"
        known = {*ZONES, self.instance.timezone} & available_timezones()
        self.fields["timezone"].choices = [
            (zone, zone.partition("/")[2].replace("_", " ")) for zone in sorted(known)
        ]
        self.fields["idle_minutes"].widget.attrs |= {"min": 5, "max": 30}

    def clean(self) -> dict:
        """The number as typed, or the stored one where the hidden form of it came back."""
        data = super().clean()
        kind, typed = data.get("tax_id_kind"), data.get("tax_id", "").strip()
        stored = self.instance
        if kind == stored.tax_id_kind and typed == stored.tax_id_shown:
            data["tax_id"] = stored.tax_id
        elif kind and typed and (problem := tax_id_problem(kind, typed)):
            self.add_error("tax_id", problem)
        return data

    def clean_state(self) -> str:
        return self.cleaned_data["state"].upper()

    def clean_idle_minutes(self) -> int:
        minutes = self.cleaned_data["idle_minutes"]
        if not 5 <= minutes <= 30:
            raise forms.ValidationError("Choose from 5 to 30 minutes.")
        return minutes


class LocationForm(SettingForm):
    class Meta:
        model = Location
        fields = ["name", "place_of_service", *ADDRESS, "active"]
        labels = {"active": "Open for visits"}
        help_texts = {"place_of_service": "11 office, 12 home, 10 or 02 telehealth"}

    def clean_state(self) -> str:
        return self.cleaned_data["state"].upper()

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Location.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is a location named {name} already.")
        return name


class ClinicianForm(SettingForm):
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Signs in as",
        required=False,
        empty_label="nobody yet",
        help_text="Only who signs in can chart and sign",
    )
    supervisor = forms.ModelChoiceField(
        Clinician.objects.none(), required=False, empty_label="none"
    )

    class Meta:
        model = Clinician
        fields = [
            "first_name", "last_name", "credential", "discipline", "licence_number",
            "licence_state", "licence_ends_on", "npi", "taxonomy", "is_assistant", "supervisor",
            "user", "active",
        ]  # fmt: skip
        widgets = {"licence_ends_on": day()}
        labels = {"is_assistant": "Assistant", "active": "Treats here"}
        help_texts = {
            "licence_ends_on": "Visits after this day are flagged before signing",
            "npi": "The person's own, ten digits",
            "taxonomy": "Ten characters, for claims: 225100000X",
        }

    def __init__(self, *args, practice: Practice, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        free = User.objects.filter(practice=practice, clinician=None, is_active=True)
        own = User.objects.filter(practice=practice, clinician=self.instance.pk or 0)
        self.fields["user"].queryset = (free | own).distinct().order_by("email")
        if not self.instance.pk:
            offered = self.fields["discipline"].choices
            self.fields["discipline"].choices = [("", "Choose one"), *list(offered)[1:]]
        therapists = Clinician.objects.filter(is_assistant=False, active=True)
        self.fields["supervisor"].queryset = therapists.exclude(pk=self.instance.pk)

    def clean_licence_state(self) -> str:
        return self.cleaned_data["licence_state"].upper()

    def clean_taxonomy(self) -> str:
        code = self.cleaned_data["taxonomy"].strip().upper()
        if code and (len(code) != 10 or not code.isalnum()):
            raise forms.ValidationError("A taxonomy code has ten letters and digits: 225100000X.")
        return code
