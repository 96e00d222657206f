"""The admin's page of certificates, and a clinician who leaves."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from clinic.errors import NotAllowed
from clinic.models import AuditEvent, Clinician, SigningAuthority, SigningCertificate
from clinic.services import keys, leaving
from tests.conftest import record_proofs
from tests.factories import PASSWORD, make_clinician


@pytest.fixture
def clinician(in_practice) -> Clinician:
    return make_clinician()


def of(clinician: Clinician):
    return SigningCertificate.objects.filter(clinician=clinician).order_by("pk")


def acts() -> list[str]:
    return list(
        AuditEvent.objects.filter(action__regex=r"^(signing\.certificate_(i|r)|clinician\.left)")
        .order_by("pk")
        .values_list("action", flat=True)
    )


def test_admin_issues_replaces_and_revokes(clinician, admin_client):
    for _ in range(2):
        answer = admin_client.post("/certificates/issue/", {"holder": clinician.pk})
        assert answer.status_code == 302
    first, second = of(clinician)
    answer = admin_client.post(f"/certificates/{second.pk}/revoke/", {"because": "key_compromise"})

    first.refresh_from_db()
    second.refresh_from_db()
    page = admin_client.get("/certificates/").content.decode()
    assert answer.status_code == 302
    assert (first.revoked_because, second.revoked_because) == ("superseded", "key_compromise")
    assert "the key may be known to others" in page
    assert acts() == [
        "signing.certificate_issued", "signing.certificate_issued", "signing.certificate_revoked",
    ]  # fmt: skip


def test_seal_is_issued_on_the_page(in_practice, admin_client):
    admin_client.post("/certificates/issue/", {"holder": "seal"})

    assert SigningCertificate.objects.get().clinician is None


@pytest.mark.parametrize("holder", ["", "999999", "x"])
def test_unknown_holder_is_refused(in_practice, admin_client, holder):
    answer = admin_client.post("/certificates/issue/", {"holder": holder})

    assert answer.status_code == 422
    assert not SigningCertificate.objects.exists()


def test_revoking_needs_a_reason(clinician, admin_client):
    row = keys.issue_certificate(clinician, by=None)

    answer = admin_client.post(f"/certificates/{row.pk}/revoke/", {})

    row.refresh_from_db()
    assert (answer.status_code, row.revoked_at) == (422, None)
    assert "Choose why it is revoked." in answer.content.decode()


def test_page_without_an_authority_says_how_to_make_one(in_practice, admin_client):
    SigningAuthority.objects.all().delete()

    page = admin_client.get("/certificates/").content.decode()
    answer = admin_client.post("/certificates/issue/", {"holder": "seal"})

    assert "python manage.py make_signing_authority" in page
    assert answer.status_code == 422
    assert "no signing authority yet" in answer.content.decode()


def test_clinician_who_leaves_signs_no_more(clinician, admin_client):
    row = keys.issue_certificate(clinician, by=None)

    admin_client.post(f"/certificates/left/{clinician.pk}/")

    row.refresh_from_db()
    clinician.refresh_from_db()
    assert row.revoked_because == "affiliation_changed"
    assert (clinician.active, clinician.user.is_active) == (False, False)
    with pytest.raises(NotAllowed, match="has left or the account is closed"):
        keys.signer_for(clinician)
    assert of(clinician).count() == 1
    assert acts()[-2:] == ["signing.certificate_revoked", "clinician.left"]


def test_leaving_ends_the_session(clinician, client_for):
    client = client_for(clinician.user)
    assert client.get(reverse("notes:day")).status_code == 200

    leaving.leave(clinician, by=None)

    assert client.get(reverse("notes:day")).status_code == 302


def test_supervisor_does_not_leave_an_assistant_behind(clinician):
    assistant = make_clinician(is_assistant=True, supervisor=clinician)

    with pytest.raises(NotAllowed, match=f"{assistant.last_name}.* is still supervised"):
        leaving.leave(clinician, by=None)

    clinician.refresh_from_db()
    assert clinician.active


def test_nobody_closes_the_own_account(clinician):
    with pytest.raises(NotAllowed, match="Ask another admin"):
        leaving.leave(clinician, by=clinician.user)

    clinician.refresh_from_db()
    assert clinician.active


def test_certificate_is_issued_and_ended_by_command(clinician):
    out = io.StringIO()

    call_command("issue_certificate", "--clinician", clinician.user.email, stdout=out)
    call_command("issue_certificate", "--seal", "--practice", clinician.practice_id, stdout=out)
    call_command("clinician_left", clinician.user.email, stdout=out)

    assert SigningCertificate.objects.filter(revoked_at=None).get().clinician is None
    assert f"{clinician} has left. Certificates revoked: 1." in out.getvalue()


@pytest.mark.parametrize(
    "command", [("issue_certificate", "--clinician", "x@y.z"), ("clinician_left", "x@y.z")]
)
def test_command_for_nobody_is_refused(in_practice, command):
    with pytest.raises(CommandError, match="No clinician signs in with this address"):
        call_command(*command)


# --- who sits at the keyboard? --------------------------------------------------------------------

QUARTER = 15 * 60


@pytest.fixture
def stale(admin_client):
    """An admin whose last proof is older than a quarter of an hour."""
    record_proofs(admin_client, admin_client.user, "password", "mfa", ago=QUARTER + 1)
    return admin_client


def certificate_act(name: str, row: SigningCertificate) -> tuple[str, dict]:
    person = row.clinician_id
    return {
        "issue": (reverse("certificate_issue"), {"holder": person}),
        "revoke": (reverse("certificate_revoke", args=[row.pk]), {"because": "key_compromise"}),
        "leave": (reverse("clinician_left", args=[person]), {}),
    }[name]


@pytest.mark.parametrize("act", ["issue", "revoke", "leave"])
def test_certificate_act_asks_who_is_there(clinician, stale, act):
    row = keys.issue_certificate(clinician, by=None)
    before = acts()

    answer = stale.post(*certificate_act(act, row))

    clinician.refresh_from_db()
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert [one.revoked_at for one in of(clinician)] == [None]
    assert clinician.active
    assert acts() == before


@pytest.mark.parametrize(
    ("act", "reason"),
    [("issue", "superseded"), ("revoke", "key_compromise"), ("leave", "affiliation_changed")],
)
def test_certificate_act_goes_on_once_the_password_is_given(clinician, stale, act, reason):
    row = keys.issue_certificate(clinician, by=None)
    asked = stale.post(*certificate_act(act, row))

    stale.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)

    row.refresh_from_db()
    assert row.revoked_because == reason


@pytest.mark.parametrize("act", ["issue", "revoke", "leave"])
def test_certificate_act_does_not_go_on_with_a_wrong_password(clinician, stale, act):
    row = keys.issue_certificate(clinician, by=None)
    asked = stale.post(*certificate_act(act, row))

    answer = stale.post(asked.headers["Location"], {"password": "not it"})

    row.refresh_from_db()
    assert (answer.status_code, row.revoked_at, of(clinician).count()) == (200, None, 1)
