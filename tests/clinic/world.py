"""Two practices full of marked words, one person of each role in each of them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from billing.forms.payers import PayerForm
from billing.services.policies import publish_from_preset
from billing.services.superbills import issue_superbill
from clinic.enums import Network, Role
from clinic.models import Payer, Practice, SigningAuthority, SigningCertificate, User
from clinic.scope import scope
from clinic.services import revocation
from clinic.services.edit_conflicts import fingerprint
from clinic.services.emergency import name_holder
from notes.models import BodyRegion, Note, Technique, Visit
from notes.services.schedule import SHOWN
from notes.services.vocabulary import KEPT
from tests.billing.making import make_fees
from tests.clinic.world_desk import desk_args
from tests.clinic.world_people import people_args
from tests.clinic.world_record import record_args
from tests.clinic.world_rules import rules_args
from tests.factories import (
    DAY,
    PASSWORD,
    make_block,
    make_clinician,
    make_coverage,
    make_episode,
    make_location,
    make_note,
    make_patient,
    make_payer,
    make_practice,
    make_procedure,
    make_user,
    make_visit,
    region_of,
    technique_of,
)
from tests.notes.acts import sign


@dataclass
class World:
    """One practice: its people, the objects that URLs name, and its mark in every text."""

    mark: str
    practice: Practice
    people: dict[str, User] = field(default_factory=dict)
    args: dict[str, list[Any]] = field(default_factory=dict)  # by kind, the URL's arguments
    block: Any = None
    procedure: Any = None
    note: Note | None = None


def make_world(mark: str) -> World:
    world = World(mark, make_practice(name=f"{mark} Practice", city=mark))
    with scope(world.practice):
        make_location(name=f"{mark} Clinic")
        _people(world)
        _mark_words(world)
        _records(world)
    return world


def _people(world: World) -> None:
    mark = world.mark
    therapist = make_clinician(first_name=mark, last_name=f"{mark} Treats")
    other = make_clinician(first_name=mark, last_name=f"{mark} Another")
    assistant = make_clinician(
        first_name=mark, last_name=f"{mark} Helps", is_assistant=True, supervisor=therapist
    )
    world.people = {
        Role.THERAPIST: therapist.user,
        Role.ASSISTANT: assistant.user,
        Role.OFFICE: make_user(Role.OFFICE, first_name=mark),
        Role.ADMIN: make_user(Role.ADMIN, first_name=mark),
        "other therapist": other.user,
    }
    holder = name_holder(therapist.user, by=world.people[Role.ADMIN])
    world.args |= {"holder": [holder.pk]}


def _mark_words(world: World) -> None:
    technique, region = technique_of("joint_mobilization"), region_of("cervical_spine")
    technique.label, region.label = f"{world.mark} mobilization", f"{world.mark} spine"
    technique.save()
    region.save()
    world.args |= {"technique": [technique.pk], "region": [region.pk]}


def _records(world: World) -> None:
    mark, therapist = world.mark, world.people[Role.THERAPIST].clinician
    payer = make_payer(name=f"{mark} Payer", payer_id=mark[:20])
    publish_from_preset(payer, key="commercial", starts_on=date(2026, 1, 1), by=None, source=mark)
    make_fees(**{"97161": 16500})
    patient = make_patient(
        first_name=mark, last_name=f"{mark} Patient", record_number=f"{mark}-1", alert=mark
    )
    coverage = make_coverage(
        patient=patient, payer=payer, network=Network.OUT, member_id=f"{mark}-M"
    )
    episode = make_episode(coverage=coverage, clinician=therapist, title=f"{mark} pain")

    def visit(**fields: Any) -> Visit:
        return make_visit(episode=episode, **fields)

    world.note = _chart(world, visit())
    world.block, world.procedure = world.note.blocks.get(), world.note.procedures.get()
    # Days of their own: one clinician cannot treat in two charts at once.
    signed = sign(_chart(world, visit(date=DAY + timedelta(days=1))))
    billed = sign(_chart(world, visit(date=DAY + timedelta(days=2))))
    issue_superbill(billed.charge_set, by=world.people[Role.OFFICE], submit_key=uuid.uuid4())
    world.args |= {
        "booked": [visit().public_id],
        "draft": [world.note.visit.public_id],
        "signed": [signed.visit.public_id],
        "billed": [billed.visit.public_id],
        "document": [signed.document.public_id],
        "certificate": [SigningCertificate.objects.first().pk],
        "clinician who left": [world.people["other therapist"].clinician.pk],
        "list": [revocation.list_name(SigningAuthority.objects.get())],
    }
    world.args |= rules_args(payer, by=world.people[Role.ADMIN], signed=signed, mark=mark)
    asked = sign(_chart(world, visit(date=DAY + timedelta(days=3))))
    world.args |= desk_args(asked=asked, billed=billed, by=world.people[Role.OFFICE], mark=mark)
    people = {"therapist": world.people[Role.THERAPIST], "admin": world.people[Role.ADMIN]}
    world.args |= people_args(world.people, mark=mark)
    world.args |= record_args(world.note, signed, mark=mark, **people)


def _chart(world: World, visit: Visit) -> Note:
    mark = world.mark
    note = make_note(
        visit, subjective=f"{mark} s", objective=f"{mark} o", assessment=f"{mark} a",
        plan=f"{mark} p",
    )  # fmt: skip
    make_block(note, "09:00", "09:20", response=mark, dose=mark)
    make_procedure(note, "97161", findings=mark)
    return Note.objects.get(pk=note.pk)


# --- what each POST carries ---------------------------------------------------------------


def _block_form(world: World) -> dict[str, Any]:
    return {
        "public_id": str(uuid.uuid4()),
        "version": 0,
        "technique": "joint_mobilization",
        "regions": ["cervical_spine"],
        "start": "09:20",
        "end": "09:35",
        "performed_by": "therapist",
        "response": "Softer.",
    }


def _text_form(world: World) -> dict[str, Any]:
    base = {name: getattr(world.note, name) for name in ("subjective", "objective", "assessment")}
    base["plan"] = world.note.plan
    return base | {f"base_{name}": text for name, text in base.items()} | {"plan": "New."}


def _word_form(kind: str) -> Callable[[World], dict[str, Any]]:
    def form(world: World) -> dict[str, Any]:
        with scope(world.practice):
            row = {"technique": Technique, "region": BodyRegion}[kind].objects.get(
                pk=world.args[kind][0]
            )
        fields = ("code", "lane") if kind == "technique" else ("buckets",)
        typed = {"label": "New word", "active": "on", "seen": fingerprint(row, KEPT[type(row)])}
        return typed | {name: getattr(row, name) for name in fields}

    return form


def _booking_form(world: World) -> dict[str, Any]:
    with scope(world.practice):
        visit = Visit.objects.get(public_id=world.args["booked"][0])
        return {"act": "check_in", "seen": fingerprint(visit, SHOWN)}


def _payer_form(world: World) -> dict[str, Any]:
    with scope(world.practice):
        row = Payer.objects.get(pk=world.args["payer"][0])
    seen = fingerprint(row, PayerForm._meta.fields)
    return {"name": "Renamed Mutual", "active": "on", "seen": seen}


BODIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "set_theme": lambda world: {"theme": "dark"},
    "user_role": lambda world: {"role": "admin"},
    "file_strike": lambda world: {"because": "Belongs to somebody else"},
    "notes:booking": _booking_form,
    "notes:cosign": lambda world: {"password": PASSWORD},
    "notes:remark": lambda world: {"text": "Look at block 1."},
    "notes:save_block": _block_form,
    "notes:delete_block": lambda world: {"public_id": str(world.block.public_id), "version": 1},
    "notes:save_procedure": lambda world: {
        "procedure-public_id": str(uuid.uuid4()), "procedure-version": 0, "procedure-code": "97162",
    },
    "notes:delete_procedure": lambda world: {
        "public_id": str(world.procedure.public_id), "version": 1,
    },
    "notes:save_text": _text_form,
    "notes:sign": lambda world: {
        "version": world.note.version, "agree": "on", "password": PASSWORD,
    },
    "notes:addendum": lambda world: {
        "submit_key": str(uuid.uuid4()), "text": "Later.", "password": PASSWORD,
    },
    "notes:technique": _word_form("technique"),
    "notes:region": _word_form("region"),
    "billing:issue_superbill": lambda world: {"submit_key": str(uuid.uuid4())},
    "billing:answer_return": lambda world: {"answer": "See the addendum."},
    "billing:return_visit": lambda world: {"reason": "Which knee was it?"},
    "billing:void_superbill": lambda world: {
        "submit_key": str(uuid.uuid4()), "reason": "Wrong patient chosen",
    },
    "billing:take_payment": lambda world: {
        "amount": "5.00", "method": "cash", "received_on": DAY.isoformat(),
    },
    "billing:new_payer": lambda world: {"name": "New Mutual", "active": "on"},
    "billing:edit_payer": _payer_form,
    "billing:end_override": lambda world: {"ends_on": "2027-01-31", "why": "No longer needed"},
    "billing:new_override": lambda world: {"reason": ""},
    "billing:new_rate": lambda world: {"why": ""},
    "billing:discard_draft": lambda world: {"revision": 1},
    "billing:replay_stream": lambda world: {"first": DAY.isoformat(), "last": DAY.isoformat()},
}  # fmt: skip

# Arguments of addresses that name no object of a practice.
ARGS = {
    "account_confirm_email": ["key"],
    "account_reset_password_from_key": ["1", "key-x"],
    "end_sign_in": [uuid.UUID(int=0)],
    "invitation": ["of-nobody"],
    "set_up": ["of-nobody"],
    "mfa_edit_webauthn": [0],
    "mfa_remove_webauthn": [0],
    "billing:accept_edition": [0],
    "billing:accept_release": [0],
    "billing:discard_release": [0],
    "billing:report": ["ageing"],
    "billing:report_file": ["units", "csv"],
    "billing:discard_edition": [0],
}

# What is asked for besides, so that pages have something to show.
QUERIES = {
    "notes:day": f"?on={DAY}",
    "notes:schedule": f"?on={DAY}",
    "billing:own_review": f"?first={DAY}&last={DAY}&size=20&seed=0",
}
