"""Every page of the way through: no axe violation, no sideways scroll, in both themes at three
widths."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from clinic.enums import Network, Role, Theme
from clinic.models import EmergencyHolder, SigningCertificate, User
from clinic.scope import scope
from notes.enums import VisitStatus
from notes.models import CosignRequest, Note, Visit
from notes.services.addenda import add_addendum
from tests.billing.making import make_fees, make_payer_with
from tests.browser.charts import noon_zone
from tests.browser.looks import WIDTHS, drawn, faults
from tests.factories import (
    at,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_location,
    make_note,
    make_plan,
    make_practice,
    make_procedure,
    make_user,
    make_visit,
    new_key,
    region_of,
    technique_of,
)
from tests.notes.acts import sign

PAGES = {
    "day": (Role.THERAPIST, "/notes/day/"),
    "chart": (Role.THERAPIST, "/notes/visits/{draft}/"),
    "not started": (Role.THERAPIST, "/notes/visits/{booked}/"),
    "review and sign": (Role.THERAPIST, "/notes/visits/{draft}/sign/"),
    "signed note": (Role.THERAPIST, "/notes/visits/{signed}/note/"),
    "charges, live": (Role.THERAPIST, "/billing/visits/{draft}/charges/"),
    "charges, frozen": (Role.OFFICE, "/billing/visits/{signed}/charges/"),
    "superbills": (Role.OFFICE, "/billing/superbills/"),
    "superbill": (Role.OFFICE, "/billing/superbills/{signed}/"),
    "payers": (Role.ADMIN, "/billing/payers/"),
    "payer": (Role.ADMIN, "/billing/payers/{payer}/"),
    "vocabulary": (Role.ADMIN, "/notes/vocabulary/"),
    "technique": (Role.ADMIN, "/notes/vocabulary/techniques/{technique}/"),
    "audit trail": (Role.ADMIN, "/audit/"),
    "verify": (Role.OFFICE, "/verify/"),
    "verify, public": (Role.OFFICE, "/v/{document}/"),
    "certificates": (Role.ADMIN, "/certificates/"),
    "practice": (Role.ADMIN, "/practice/"),
    "practice details": (Role.ADMIN, "/practice/details/"),
    "new clinician": (Role.ADMIN, "/practice/clinicians/new/"),
    "note, amended and to be co-signed": (Role.THERAPIST, "/notes/visits/{amended}/note/"),
    "co-signature": (Role.THERAPIST, "/notes/visits/{amended}/review/"),
    "revoke a certificate": (Role.ADMIN, "/certificates/{certificate}/revoke/"),
    "clinician has left": (Role.ADMIN, "/certificates/left/{clinician}/"),
    "clinician": (Role.ADMIN, "/practice/clinicians/{clinician}/"),
    "new location": (Role.ADMIN, "/practice/locations/new/"),
    "people": (Role.ADMIN, "/people/"),
    "person": (Role.ADMIN, "/people/{person}/"),
    "invite": (Role.ADMIN, "/people/invite/"),
    "who has emergency access": (Role.ADMIN, "/people/emergency/"),
    "second factors to confirm": (Role.OFFICE, "/people/second-factors/"),
    "emergency access": (Role.THERAPIST, "/patients/emergency/"),
    "anomalies": (Role.ADMIN, "/audit/anomalies/"),
    "who looked": (Role.ADMIN, "/patients/{patient}/looks/"),
    "disclosures": (Role.OFFICE, "/patients/{patient}/disclosures/"),
    "health": (Role.ADMIN, "/health/"),
    "second factor": (Role.OFFICE, "/accounts/2fa/"),
    "authenticator app": (Role.OFFICE, "/accounts/2fa/totp/activate/"),
    "add a passkey": (Role.OFFICE, "/accounts/2fa/webauthn/add/"),
    "sign-in email": (Role.OFFICE, "/accounts/email/"),
    "where signed in": (Role.OFFICE, "/accounts/sign-ins/"),
    "confirm who you are": (Role.OFFICE, "/accounts/reauthenticate/"),
    "style guide": (Role.ADMIN, "/styleguide/"),
    "password": (Role.OFFICE, "/accounts/password/change/"),
    "not found": (Role.OFFICE, "/nowhere/"),
    "refused": (Role.ADMIN, "/notes/visits/{draft}/"),
}


@pytest.fixture(scope="module")
def place(server, django_db_blocker) -> dict:
    """One practice for all pages: reading them changes nothing but the audit trail."""
    with django_db_blocker.unblock():
        practice = make_practice(timezone=noon_zone())
        with scope(practice):
            return _rows(practice)


def _rows(practice) -> dict:
    technique, _ = technique_of("joint_mobilization"), region_of("cervical_spine")
    make_location()
    make_fees()
    clinician = make_clinician()
    today = datetime.now(practice.zone).date()
    payer = make_payer_with("commercial")
    coverage = make_coverage(payer=payer, network=Network.OUT)
    episode = make_episode(coverage=coverage, clinician=clinician, started_on=today)
    make_plan(episode, starts_on=today, ends_on=today + timedelta(days=80), certified_on=today)

    def visit(clock: str, **fields) -> Visit:
        return make_visit(episode=episode, date=today, starts_at=at(clock, today), **fields)

    draft = make_note(visit("11:00"), subjective="")
    make_block(draft, "11:00", "11:16")
    make_block(draft, "11:14", "11:30", technique="therapeutic_exercise", regions=[])
    make_procedure(draft)
    note = make_note(visit("09:00"))
    make_block(note, "09:00", "09:20")
    signed = _in_a_thread(partial(sign, Note.objects.get(pk=note.pk)))
    admin = make_user(Role.ADMIN)
    EmergencyHolder.objects.create(user=clinician.user, named_by=admin, named_at=timezone.now())
    return {
        "amended": _amended(make_note(visit("07:00"))).visit.public_id,
        "certificate": SigningCertificate.objects.first().pk,
        "clinician": clinician.pk,
        "patient": episode.patient_id,
        "person": clinician.user_id,
        "people": {
            Role.THERAPIST: clinician.user,
            Role.OFFICE: make_user(Role.OFFICE),
            Role.ADMIN: admin,
        },
        "draft": draft.visit.public_id,
        "booked": visit("13:00", status=VisitStatus.SCHEDULED).public_id,
        "signed": signed.visit.public_id,
        "payer": payer.pk,
        "technique": technique.pk,
        "document": signed.document.public_id,
    }


def _amended(note: Note) -> Note:
    """Signed, with an addendum, and a co-signature is asked for."""
    make_block(note, "07:00", "07:20")
    signed = _in_a_thread(partial(sign, Note.objects.get(pk=note.pk)))
    by, text = signed.author.user, "No soreness on the day after."
    _in_a_thread(
        partial(add_addendum, signed, by=by, submit_key=new_key(), text=text, method="test")
    )
    CosignRequest.objects.create(
        note=signed, supervisor=signed.author, because="Asked for", asked_at=timezone.now()
    )
    return signed


def _in_a_thread(work: Callable[[], Note]) -> Note:
    """pyHanko runs an event loop of its own, and this thread has Playwright's."""

    def done() -> Note:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, done).result()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_in_each_theme_and_width(place, signed_in, name):
    role, path = PAGES[name]
    page = signed_in(place["people"][role]).new_page()

    page.goto(path.format(**place))
    page.wait_for_load_state("networkidle")

    assert faults(page) == []


# What only the dark theme has wrong: a color, and a picture without words that light hides.
ONLY_IN_THE_DARK = """() => {
  const picture = "<img class=late width=9 height=9>";
  document.querySelector("main").insertAdjacentHTML("beforeend", picture);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(%r);
  document.adoptedStyleSheets = [sheet];
}"""
DARK_COLOR = "img.late { display: none } html[data-theme=dark] h1 { color: #222 !important }"
DARK_PICTURE = "html[data-theme=light] img.late { display: none }"


@pytest.mark.parametrize(
    ("style", "rule"), [(DARK_COLOR, "color-contrast"), (DARK_PICTURE, "image-alt")]
)
def test_fault_of_the_dark_theme_alone_is_found_at_each_width(place, signed_in, style, rule):
    page = signed_in(place["people"][Role.OFFICE]).new_page()
    page.goto("/verify/")

    page.evaluate(ONLY_IN_THE_DARK % style)

    assert [line.split(": ")[:2] for line in faults(page)] == [
        [f"dark, {width} px", rule] for width in WIDTHS
    ]


def test_theme_a_person_chose_is_the_one_that_is_drawn(place, signed_in):
    person = place["people"][Role.OFFICE]
    User.objects.filter(pk=person.pk).update(theme=Theme.DARK)
    page = signed_in(person, color_scheme="light").new_page()

    page.goto("/verify/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    User.objects.filter(pk=person.pk).update(theme=Theme.AUTO)
    page.emulate_media(color_scheme="dark")
    page.reload()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.emulate_media(color_scheme="light")
    drawn(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_sign_in_is_accessible(server, browser, browser_context_args, trouble):
    context = browser.new_context(**browser_context_args | {"base_url": server.url})
    context.on("page", trouble.watch)
    page = context.new_page()

    page.goto("/")

    assert faults(page) == []
    context.close()
