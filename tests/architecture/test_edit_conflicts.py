"""T-C01: no form changes a row that somebody else may have open without saying what it saw."""

import ast
from collections.abc import Iterator

from django import forms

from clinic.forms.seen import SeenForm
from tests.architecture.tree import APPS, name_of, python_files, syntax

# Looked at one by one: why two people cannot overwrite each other through it.
ONLY_ADD = {
    "ContactForm": "adds a contact; contacts are added and removed, never changed",
    "AlertForm": "raises an alert; it ends once, and a second end is refused",
    "ConsentForm": "adds a consent; it is withdrawn once, and a second time is refused",
    "FileForm": "adds a file; its bytes stay, and it is struck once",
    "DisclosureForm": "adds a disclosure, which the database keeps as it is",
    "OrderForm": "adds an order; a changed order is another one",
    "PlanForm": "adds a plan of care; the next plan is a new one",
    "GoalForm": "adds a goal; a changed aim is a new goal, settled once",
    "CertificationForm": "adds a step to the plan's road, with the plan locked",
    "AuthorizationForm": "adds an authorization; the payer's next one is a new one",
}
# Bases that are no form of a page themselves.
BASES = {"SeenForm", "SettingForm", "SheetForm", "WordForm", "_Helped"}


def model_forms(of: type = forms.ModelForm) -> Iterator[type]:
    for form in of.__subclasses__():
        if form.__module__.partition(".")[0] in APPS:
            yield form
        yield from model_forms(form)


def load_every_form() -> None:
    for path in python_files(*(f"{app}/forms" for app in APPS)):
        __import__(name_of(path).removesuffix(".py").replace("/", "."))


def test_every_form_of_a_model_says_what_it_saw_or_only_adds():
    load_every_form()

    found = {form.__name__: form for form in model_forms() if form.__name__ not in BASES}

    changing = {name for name, form in found.items() if issubclass(form, SeenForm)}
    assert set(found) - changing == set(ONLY_ADD)
    assert changing == {
        "PatientForm", "CoverageForm", "PracticeForm", "LocationForm", "ClinicianForm",
        "EpisodeForm", "LymphedemaForm", "TechniqueForm", "RegionForm", "PayerForm",
        "ClaimSettingsForm", "ClaimDetailsForm", "ClaimMarksForm",
    }  # fmt: skip


def test_every_view_that_fills_a_form_from_a_row_hands_on_what_was_seen():
    filling = {path for path in python_files(*APPS) if "instance" in keywords(path)}

    assert {name_of(path) for path in filling if "seen" not in keywords(path)} == set()
    assert len(filling) == 7


def keywords(path) -> set[str]:
    """The names of arguments that calls in this file of views give."""
    if "views" not in path.parts:
        return set()
    calls = (node for node in ast.walk(syntax(path)) if isinstance(node, ast.Call))
    return {keyword.arg for call in calls for keyword in call.keywords if keyword.arg}
