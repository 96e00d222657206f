"""Forms of emergency access."""

from django import forms

from clinic.forms.patients import Crispy, day
from clinic.models import User
from clinic.permissions import CLINICAL


class GlassForm(Crispy, forms.Form):
    last_name = forms.CharField(max_length=60, label="Patient's last name")
    born_on = forms.DateField(label="Date of birth", widget=day())
    reason = forms.CharField(
        max_length=300, label="Why you need this chart now", widget=forms.Textarea({"rows": 3})
    )


class HolderForm(Crispy, forms.Form):
    user = forms.ModelChoiceField(
        User.objects.none(), label="Therapist or assistant", empty_label="Choose a person"
    )

    def __init__(self, *args, practice, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(
            practice=practice, role__in=CLINICAL, is_active=True, emergency_holder=None
        ).order_by("last_name", "first_name")
