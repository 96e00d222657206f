"""T-A02, A05, A06, A09 to A12: passwords, ways in, and what an admin may do."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.addresses import client_ip, folded
from clinic.enums import Role
from clinic.errors import NotAllowed
from clinic.models import AuditEvent, Invitation, Practice, User
from clinic.passwords import HardToGuess, NotTooLong
from clinic.scope import scope
from clinic.services import invitations, people
from tests.clinic.sign_in.ways import give_app, is_signed_in, password_step, sees
from tests.conftest import client_of, record_proofs
from tests.factories import make_user

pytestmark = pytest.mark.django_db
GOOD = "glacier lantern oboe thistle"


@pytest.fixture
def admin(practice):
    with scope(practice):
        return make_user(Role.ADMIN)


@pytest.fixture
def user(practice):
    with scope(practice):
        return make_user(Role.OFFICE)


# --- A02 ------------------------------------------------------------------------------------------


def test_a02_a_forged_forwarding_header_does_not_reset_the_count(user):
    answers = [
        password_step(Client(), user, "wrong", headers={"X-Forwarded-For": f"203.0.113.{n}"})
        for n in range(6)
    ]

    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2


def test_a02_spread_over_addresses_a_hundred_tries_are_the_end(user):
    for n in range(100):
        password_step(Client(), user, "wrong", REMOTE_ADDR=f"198.51.100.{n}")

    answer = password_step(client := Client(), user, REMOTE_ADDR="198.51.100.200")

    assert answer.status_code == 200
    assert not is_signed_in(client)


@pytest.mark.parametrize("other", ["MAYA@X.EXAMPLE", " maya@x.example ", "máya@x.example",
                                   "ｍaya@x.example"])  # fmt: skip
def test_a02_spellings_of_one_address_count_as_one(other):
    assert folded(other) == folded("maya@x.example")


def test_a02_dotless_i_counts_as_i():
    assert folded("rıta@x.example") == folded("rita@x.example")


@pytest.mark.parametrize(("count", "expected"), [(0, "10.0.0.9"), (1, "203.0.113.7")])
def test_a02_only_our_own_proxy_says_where_somebody_is(rf, settings, count, expected):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    request = rf.get(
        "/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}
    )

    assert client_ip(request) == expected


# --- A05 ------------------------------------------------------------------------------------------

WEAK = [
    "passwordpassword",
    "password12345678",
    "123456789012",
    "1234567890123456",
    "qwertyuiopas",
    "qwertyuiop[]",
    "qwerty1234567890",
    "abcdefghijklmnop",
    "abcabcabcabcabc",
    "aaaaaaaaaaaaaaaa",
    "111111111111",
    "000000000000",
    "letmeinletmein",
    "letmein1234567",
    "iloveyouiloveyou",
    "iloveyou1234567",
    "welcomewelcome",
    "welcome123456",
    "adminadminadmin",
    "administrator1",
    "monkeymonkeymonkey",
    "dragondragon12",
    "sunshinesunshine",
    "princessprincess",
    "footballfootball",
    "baseball123456",
    "superman123456",
    "batmanbatman12",
    "trustno1trustno1",
    "starwars12345",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "zaq12wsxcde3",
    "asdfghjklasdf",
    "zxcvbnmzxcvbnm",
    "passw0rdpassw0rd",
    "P@ssw0rdP@ssw0rd",
    "Password123!",
    "handlinehandline",
    "therapytherapy",
    "chiropractic12",
    "massagetherapist",
    "northclinic2026",
    "northclinicalbany",
    "alexperson12",
    "alexalexalexalex",
]


@pytest.mark.parametrize("password", WEAK)
def test_a05_long_and_weak_passwords_are_refused(user, password):
    user.last_name = "Person"

    with pytest.raises(ValidationError):
        HardToGuess().validate(password, user)


def test_a05_forty_of_them_at_least():
    assert len(set(WEAK)) >= 40
    assert min(map(len, WEAK)) >= 12


@pytest.mark.parametrize("password", [
    GOOD, "Ünïcödé vögel über kälte mühle", "пароль из четырёх слов и ещё",
    "長い合言葉を誰も知らない夜の川",
    "x9!" + "vB7 mQ2 " * 7,
    " ".join(["glacier lantern oboe thistle"] * 4), "nospaces-but-odd-kiwi-umbrella",
])  # fmt: skip
def test_a05_anything_else_is_accepted_whatever_it_is_made_of(user, password):
    HardToGuess().validate(password, user)
    NotTooLong().validate(password, user)


def test_a05_128_characters_are_accepted_and_one_more_is_not(user):
    NotTooLong().validate("x" * 128, user)

    with pytest.raises(ValidationError):
        NotTooLong().validate("x" * 129, user)


# --- A06 ------------------------------------------------------------------------------------------


def invited(admin, **fields) -> tuple[Invitation, str]:
    person = invitations.Person(**{
        "email": "new@handline.example", "first_name": "Noor", "last_name": "Haddad",
        "role": Role.OFFICE,
    } | fields)  # fmt: skip
    with scope(admin.practice):
        return invitations.invite(person, by=admin)


def accept(client: Client, secret: str, password: str = GOOD):
    return client.post(
        reverse("invitation", args=[secret]), {"password": password, "again": password}
    )


def test_a06_invitation_leads_to_the_second_factor_and_nowhere_else(client, admin):
    _, secret = invited(admin)

    answer = accept(client, secret)

    new = User.objects.get(email="new@handline.example")
    assert answer.status_code == 302
    assert (new.practice, new.role) == (admin.practice, Role.OFFICE)
    assert is_signed_in(client)
    assert not sees(client)


def test_a06_invitation_works_once(client, admin):
    _, secret = invited(admin)
    accept(client, secret)

    answer = accept(Client(), secret, "another lantern oboe thistle")

    assert answer.status_code == 404
    assert User.objects.filter(email="new@handline.example").count() == 1


def test_a06_invitation_ends_after_a_day(client, admin):
    row, secret = invited(admin)
    with scope(admin.practice):
        Invitation.objects.filter(pk=row.pk).update(
            expires_at=timezone.now() - timedelta(seconds=1)
        )

    assert accept(client, secret).status_code == 404
    assert not User.objects.filter(email="new@handline.example").exists()


def test_a06_second_invitation_voids_the_first(client, admin):
    _, first = invited(admin)
    _, second = invited(admin)

    assert (accept(client, first).status_code, accept(client, second).status_code) == (404, 302)


def test_a06_weak_password_is_refused_and_makes_no_account(client, admin):
    _, secret = invited(admin)

    answer = accept(client, secret, "noorhaddad2026")

    assert answer.status_code == 422
    assert not User.objects.filter(email="new@handline.example").exists()


def test_a06_secret_is_not_in_the_database(admin):
    row, secret = invited(admin)

    assert secret not in repr(vars(row))


def test_a06_invitation_by_the_screen_is_mailed(client_for, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    client = client_for(Role.ADMIN)

    client.post(reverse("user_invite"), {
        "first_name": "Noor", "last_name": "Haddad", "email": "new@handline.example",
        "role": "office",
    })  # fmt: skip

    link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)
    assert mail.outbox[-1].to == ["new@handline.example"]
    assert Client().get(link[1]).status_code == 200


def test_a06_reset_link_works_once_and_does_not_skip_the_second_factor(client, user, settings):
    give_app(user)
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)[1]
    page = client.get(link, follow=True)
    path = page.redirect_chain[-1][0]
    client.post(path, {"password1": GOOD, "password2": GOOD})
    again = Client().get(link, follow=True)

    step = password_step(fresh := Client(), user, GOOD)

    assert step["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(fresh)
    assert again.context["token_fail"]


def test_a06_first_practice_is_opened_by_a_printed_link_once(client, db):
    out = StringIO()
    call_command("setup_link", stdout=out)
    link = out.getvalue().strip()
    data = {
        "practice_name": "River Clinic", "npi": "1234567893", "tax_id_kind": "EIN",
        "tax_id": "12-3456789",
        "first_name": "Ada", "last_name": "Moss", "email": "ada@river.example",
        "password": GOOD, "again": GOOD,
    }  # fmt: skip

    first = client.post(link, data)
    second = Client().post(link, data | {"email": "eve@river.example"})

    assert (first.status_code, second.status_code) == (302, 404)
    admin = User.objects.get()
    assert (admin.role, admin.practice.name) == (Role.ADMIN, "River Clinic")
    assert not sees(client)


@pytest.mark.parametrize("link", ["/accounts/set-up/made-up/", "/accounts/set-up/a:b:c/"])
def test_a06_no_practice_without_the_link(client, db, link):
    assert client.post(link, {}).status_code == 404
    assert not Practice.objects.exists()


# --- A09 ------------------------------------------------------------------------------------------


def test_a09_passwords_are_hashed_with_argon2id(settings):
    settings.PASSWORD_HASHERS = ["clinic.hashers.ModestArgon2"]

    assert make_password(GOOD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a09_an_older_hash_is_renewed_at_signing_in(user, settings, client):
    settings.PASSWORD_HASHERS = [
        "clinic.hashers.ModestArgon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]  # fmt: skip
    user.password = make_password(GOOD, hasher="pbkdf2_sha256")
    user.save()

    password_step(client, user, GOOD)

    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "argon2"


# --- A10: what an admin does ------------------------------------------------------------------


@pytest.mark.parametrize(("name", "data"), [
    ("user_role", {"role": "admin"}), ("user_deactivate", {}),
    ("user_factor_reset", {"because": "Stood before me"}),
])  # fmt: skip
def test_a10_changes_of_people_ask_again_after_a_quarter_of_an_hour(admin, user, name, data):
    client = client_of(admin)
    record_proofs(client, admin, "password", "mfa", ago=15 * 60 + 1)

    answer = client.post(reverse(name, args=[user.pk]), data)

    user.refresh_from_db()
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert (user.role, user.is_active) == (Role.OFFICE, True)


@pytest.mark.parametrize(
    ("name", "args", "there"),
    [
        ("notes:exports", [], 200),
        ("audit_csv", [], 200),
        ("billing:report_file", ["units", "csv"], 200),
        ("billing:claim_file", [1], 404),
        ("disclosures_csv", [1], 404),
    ],
)
def test_a10_taking_records_out_asks_again_after_a_quarter_of_an_hour(admin, name, args, there):
    client = client_of(admin)
    soon = client.get(reverse(name, args=args))
    record_proofs(client, admin, "password", "mfa", ago=15 * 60 + 1)

    later = client.get(reverse(name, args=args))

    assert soon.status_code == there
    assert later["Location"].startswith("/accounts/reauthenticate/")


def test_a10_factor_change_asks_again(client_for, user):
    give_app(user)
    client = client_for(user)

    answer = client.post(reverse("mfa_deactivate_totp"))

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=user).exists()


def test_a10_role_counts_from_the_next_request(admin, user, client_for):
    colleague, client = client_of(user), client_of(admin)

    client.post(reverse("user_role", args=[user.pk]), {"role": "admin"})

    assert colleague.get(reverse("users")).status_code == 200


def test_a10_own_role_and_the_last_admin_stay(admin, practice):
    with scope(practice):
        with pytest.raises(NotAllowed):
            people.change_role(admin, role=Role.OFFICE, by=admin)
        other = make_user(Role.OFFICE)
        with pytest.raises(NotAllowed):
            people.deactivate(admin, by=other)

    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_a10_second_factor_is_taken_away_by_two_people(admin, user, practice):
    give_app(user)
    with scope(practice):
        second = make_user(Role.OFFICE)
        row = people.ask_factor_reset(user, because="Stood before me at the desk", by=admin)
        for alone in (admin, user):
            with pytest.raises(NotAllowed):
                people.confirm_factor_reset(row, by=alone)
        before = Authenticator.objects.filter(user=user).count()
        people.confirm_factor_reset(row, by=second)

    assert (before, Authenticator.objects.filter(user=user).count()) == (1, 0)


# --- A11, A12 -------------------------------------------------------------------------------------


def test_a11_new_device_is_told_by_mail_without_a_link(user):
    first, second = Client(), Client()
    password_step(first, user)
    quiet = len(mail.outbox)
    password_step(first, user)
    password_step(second, user, headers={"User-Agent": "Mozilla/5.0 (iPad) Safari/605"})

    assert quiet == 0
    assert [message.subject for message in mail.outbox] == ["A new device signed in to Handline"]
    assert "Safari on an iPad" in mail.outbox[0].body
    assert "http" not in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_a11_changed_factor_and_password_are_told(user, client_for):
    give_app(user)
    client = client_for(user)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})

    client.post(reverse("mfa_deactivate_totp"))

    assert "The authenticator app was removed from your account." in mail.outbox[-1].body


def test_a12_accounts_are_closed_never_deleted(user):
    for way in (user.delete, User.objects.filter(pk=user.pk).delete):
        with pytest.raises(NotAllowed):
            way()

    assert User.objects.filter(pk=user.pk).exists()


def test_a12_no_address_of_ours_deletes_an_account(admin, user, practice):
    with scope(practice):
        people.deactivate(user, by=admin)
        assert AuditEvent.objects.filter(action="user.deactivated", subject_id=user.pk).exists()

    user.refresh_from_db()
    assert not user.is_active
