"""The demo practices: people, places, payers, policies, fees."""

from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password

from billing.demo.people import (
    ALERTS,
    FEES,
    FIRST_NAMES,
    LAST_NAMES,
    PAYERS,
    RULES_FROM,
    STREETS,
    TREATERS,
)
from billing.models import Fee
from billing.services.policies import publish_from_preset
from clinic.demo import DEMO_PASSWORD
from clinic.enums import Network, Role, Sex
from clinic.models import Clinician, Coverage, Location, Patient, Payer, Practice, User
from clinic.npi import npi_from
from clinic.scope import scope
from clinic.services.keys import found_authority
from notes.vocabulary import seed_vocabulary

# The demo's root key is thrown away: its passphrase protects nothing.
DEMO_ROOT_PASSPHRASE = "a demo root that nobody keeps"  # noqa: S105 of invented practices
HARBOR, SECOND_WIND = "Harbor Street Manual Therapy", "Second Wind Rehabilitation"


def make_harbor() -> Practice:
    """The practice that visitors see, with everybody in it but no visits yet."""
    practice = Practice.objects.create(
        name=HARBOR,
        npi=npi_from("159876543"),
        tax_id="84-0000000",
        street="418 Harbor Street, Suite 2",
        city="Portland",
        state="ME",
        zip_code="04101-2417",
        phone="(207) 555-0142",
        cosign_assistants=True,
        is_demo=True,
    )
    with scope(practice):
        found_authority(practice, root_passphrase=DEMO_ROOT_PASSPHRASE, by=None)
        Location.objects.create(name="Harbor Street", city="Portland", state="ME")
        _ground()
        _treaters(practice)
        _user(practice, "ruth@handline.example", "Ruth", "Calder", Role.OFFICE)
        _user(practice, "sam@handline.example", "Sam", "Whitlock", Role.ADMIN)
        for payer in PAYERS:
            row = Payer.objects.create(name=payer.name, payer_id=payer.payer_id)
            publish_from_preset(row, key=payer.preset, starts_on=RULES_FROM, by=None)
        _patients()
    return practice


def make_second_wind(today: date) -> Practice:
    """Another practice of the installation, to show that neither sees the other."""
    practice = Practice.objects.create(
        name=SECOND_WIND,
        npi=npi_from("149876501"),
        tax_id="84-0000001",
        street="7 Quay Road",
        city="Bangor",
        state="ME",
        zip_code="04401-6120",
        phone="(207) 555-0177",
        is_demo=True,
    )
    with scope(practice):
        found_authority(practice, root_passphrase=DEMO_ROOT_PASSPHRASE, by=None)
        Location.objects.create(name="Quay Road", city="Bangor", state="ME")
        _ground()
        user = _user(practice, "nora@secondwind.example", "Nora", "Beck", Role.THERAPIST)
        Clinician.objects.create(
            user=user,
            first_name="Nora",
            last_name="Beck",
            credential="PT",
            discipline="PT",
            licence_number="PT9001",
            licence_state="ME",
            npi=npi_from("120045671"),
            taxonomy="225100000X",
        )
        _user(practice, "olaf@secondwind.example", "Olaf", "Reyne", Role.OFFICE)
        _user(practice, "quin@secondwind.example", "Quin", "Marsh", Role.ADMIN)
        row = Payer.objects.create(name="Medicare Part B", payer_id="14112")
        publish_from_preset(row, key="medicare", starts_on=RULES_FROM, by=None)
        Patient.objects.create(
            record_number="W100",
            first_name="Elin",
            last_name="Strand",
            born_on=date(1961, 4, 9),
            sex=Sex.FEMALE,
        )
    return practice


def _ground() -> None:
    seed_vocabulary()
    Fee.objects.bulk_create(
        Fee(code=code, amount_cents=cents, starts_on=RULES_FROM) for code, cents in FEES.items()
    )


_HASHED: dict[str, str] = {}


def _user(practice: Practice, email: str, first: str, last: str, role: Role) -> User:
    # One hash for all demo people: hashing is slow on purpose, and the word is printed anyway.
    hashed = _HASHED.setdefault(DEMO_PASSWORD, make_password(DEMO_PASSWORD))
    return User.objects.create(
        practice=practice,
        email=email,
        first_name=first,
        last_name=last,
        role=role,
        password=hashed,
    )


def _treaters(practice: Practice) -> None:
    by_name: dict[str, Clinician] = {}
    for person in TREATERS:
        user = _user(practice, person.email, person.first_name, person.last_name, person.role)
        by_name[person.last_name] = Clinician.objects.create(
            user=user,
            first_name=person.first_name,
            last_name=person.last_name,
            credential=person.credential,
            discipline=person.discipline,
            is_assistant=bool(person.assistant_of),
            supervisor=by_name.get(person.assistant_of),
            licence_number=person.licence,
            licence_state="ME",
            npi=npi_from(person.npi_start),
            taxonomy=person.taxonomy,
        )


def _patients() -> None:
    random = Random(1947)  # noqa: S311 - invented people, the same on every machine
    payers = {payer.name: payer for payer in Payer.objects.all()}
    for number, (first, last) in enumerate(zip(FIRST_NAMES, LAST_NAMES, strict=True)):
        patient = Patient.objects.create(
            record_number=str(20400 + number),
            first_name=first,
            last_name=last,
            born_on=date(random.randint(1938, 2003), random.randint(1, 12), random.randint(1, 28)),
            sex=random.choice([Sex.FEMALE, Sex.MALE]),
            street=f"{random.randint(2, 240)} {random.choice(STREETS)}",
            city="Portland",
            state="ME",
            zip_code="04101",
            phone=f"(207) 555-01{number:02d}",
            alert=ALERTS.get(number, ""),
        )
        payer = (None, *PAYERS)[number % (len(PAYERS) + 1)]
        if payer is not None:
            Coverage.objects.create(
                patient=patient,
                payer=payers[payer.name],
                member_id=f"XQH{731198000 + number * 37}",
                network=Network(payer.network),
                starts_on=date(2025, 1, 1),
            )
