"""Holes found in OpenEMR in 2026, each in a feature that Handline has too. T-R01 to T-R10."""

import subprocess
from dataclasses import replace

import pytest
from django.test import Client

from clinic.documents.errors import DocumentError
from clinic.documents.job import Job
from clinic.documents.press import press
from clinic.enums import Role
from clinic.models import User
from clinic.scope import scope
from tests.architecture.tree import ROOT
from tests.clinic.access_matrix import MATRIX
from tests.clinic.attacks.conftest import MARK
from tests.clinic.backup.making import NOW, make_key, small_place
from tests.clinic.documents import samples
from tests.clinic.documents.test_fetching import PAGES

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
XSS = "<img src=x onerror=alert(1)>"
OF_DOCUMENTS = [
    name for name, row in MATRIX.items()
    if row.kind and row.GET and not row.public and ("pdf" in name or "download" in name)
]  # fmt: skip
OF_BILLS = [n for n, row in MATRIX.items() if row.kind == "billed" and n.startswith("billing:")]
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;"


def seen(ground, name: str, role=Role.THERAPIST, of=None) -> tuple[int, str]:
    response = ground.ask(ground.client(role), "GET", ground.url(name, of))
    return response.status_code, response.text_read


def test_T_R01_legend_of_the_body_map_is_text():
    """CVE-2026-32118: a label in the pain map's legend ran as script."""
    block = replace(samples.blocks(1)[0], technique=XSS, response=XSS)
    page = PAGES["note"](samples.signed(blocks=(block,), sections=(), measures=()))

    assert XSS not in page
    assert ESCAPED in page


def test_T_R01_legend_on_the_chart_is_text(ground):
    status, page = seen(ground, "notes:chart")

    assert status == 200
    assert f"{MARK} mobilization" not in page


def test_T_R02_name_in_the_signing_dialog_is_text(ground):
    """CVE-2026-32121: the signer's name was put into the dialog as markup."""
    with scope(ground.own.practice):
        User.objects.filter(pk=ground.own.people[Role.THERAPIST].pk).update(last_name=XSS)

    for name in ("notes:chart", "patient", "patients"):
        _, page = seen(ground, name)
        assert XSS not in page, name
    scripts = "".join(p.read_text() for p in (ROOT / "static/js").rglob("*.js"))
    assert "insertAdjacentHTML" not in scripts


@pytest.mark.parametrize("role", [None, *Role])
def test_T_R03_signed_documents_are_read_by_their_own_practice_only(ground, role):
    """CVE-2026-33934: signature images of the staff were given to any patient who asked."""
    assert OF_DOCUMENTS
    for name in OF_DOCUMENTS:
        response = ground.ask(ground.client(role), "GET", ground.url(name, ground.other))
        assert response.status_code in (302, 403, 404), name
        assert "Southmark" not in response.text_read


@pytest.mark.parametrize("role", list(Role))
def test_T_R04_bill_of_another_practice_is_not_there(ground, role):
    """CVE-2026-32120: fee sheets were opened and changed by counting ids up."""
    before = [ground.ask(ground.client(role), method, ground.url(name, ground.other))
              for name in OF_BILLS for method in ("GET", "POST")]  # fmt: skip

    assert before
    assert {response.status_code for response in before} <= {403, 404, 405}
    assert all("Southmark" not in response.text_read for response in before)


@pytest.mark.parametrize("role", list(Role))
def test_T_R05_note_of_another_practice_is_not_there(ground, role):
    """CVE-2026-34055: notes of other patients by their id."""
    status, page = seen(ground, "notes:chart", role, ground.other)

    assert status in (403, 404)
    assert "Southmark" not in page


def test_T_R06_browser_cannot_say_that_it_is_active(ground):
    """CVE-2026-25476: a flag in the request kept a session alive for ever."""
    from clinic.models import SignIn  # noqa: PLC0415

    user = ground.own.people[Role.THERAPIST]
    row = SignIn.objects.filter(user_id=user.pk).latest("pk")
    fields = [f.name for f in SignIn._meta.fields if "seen" in f.name or "active" in f.name]
    assert fields
    before = [getattr(row, name) for name in fields]
    client = ground.client(Role.THERAPIST)

    url = ground.url("session_state")
    for flag in ("skip_timeout_reset=0", "activity=1", "keepalive=1", "user_active=true"):
        client.get(f"{url}?{flag}", headers={"X-Activity": "1", "Sec-Fetch-Mode": "cors"})

    row.refresh_from_db()
    assert [getattr(row, name) for name in fields] == before


def test_T_R07_sorting_by_a_column_from_outside_is_refused(ground):
    """CVE-2026-24908: ORDER BY took its column from the address."""
    client = ground.client(Role.ADMIN)
    url = ground.url("audit")
    plain = ground.ask(client, "GET", url)

    hostile = ground.ask(client, "GET", f"{url}?sort=(SELECT+password+FROM+clinic_user)&order=x;--")

    assert (plain.status_code, hostile.status_code) == (200, 200)
    with scope(ground.own.practice):
        hashes = User.objects.values_list("password", flat=True)
    assert [secret for secret in hashes if secret in hostile.text_read] == []


def test_T_R08_backup_starts_no_shell(tmp_path):
    """CVE-2026-32238: the backup's file name was run as a command."""
    from clinic.services.backup.making import make_backup  # noqa: PLC0415

    place, (_, public) = small_place(tmp_path), make_key(tmp_path)
    into = tmp_path / "x; touch pwned; $(touch pwned) `touch pwned`"

    made = make_backup(place, into=into, recipients=[public], now=NOW, work=tmp_path)

    assert (into / made.file).exists()
    assert list(tmp_path.rglob("pwned")) == list(ROOT.glob("pwned")) == []


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("T-R09 requests by the PDF generator", '<img src="http://127.0.0.1:9/latest/meta-data">'),
        ("T-R10 files read by the PDF generator", '<a rel="attachment" href="file://{}">x</a>'),
    ],
)
def test_T_R09_T_R10_document_fetches_nothing_and_reads_nothing(tmp_path, name, markup):
    """8.0.0.2: server-side requests, and files read, by way of the PDF generator."""
    canary = tmp_path / "canary"
    canary.write_text("the canary sings")
    html = f'<html lang="en"><title>x</title><body><h1>x</h1>{markup.format(canary)}</body></html>'

    try:
        body = press(Job(html, samples.SIGNED_AT))
    except DocumentError:
        body = b""

    assert b"canary sings" not in body
    read = subprocess.run(["pdfdetach", "-list", "-"], input=body, capture_output=True, check=False)
    assert b"canary" not in read.stdout


def test_stranger_reaches_none_of_it(ground):
    for name in ("notes:chart", "patient", "audit"):
        assert ground.ask(Client(), "GET", ground.url(name)).status_code == 302
