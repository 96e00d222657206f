"""A payer with rules in force and what the pages of its settings need around it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from billing.models import PayerPolicy
from billing.services.starter import load_reference
from clinic.enums import Role
from clinic.models import Payer, Practice, User
from clinic.scope import scope
from tests.billing.making import make_charge_set, make_draft, make_fees
from tests.factories import make_block, make_practice, make_user


@dataclass
class Desk:
    """A payer with rules in force, one signed visit of this month, one chart, and two admins."""

    practice: Practice
    admin: User
    second: User
    payer: Payer
    visit_id: str

    @property
    def path(self) -> str:
        return f"/billing/payers/{self.payer.pk}/"

    def draft(self) -> PayerPolicy:
        with scope(self.practice):
            return self.payer.policies.get(version=2)


def made_apart() -> Desk:
    """In a thread of its own: signing runs an event loop, and Playwright's is in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(_made).result()


def _made() -> Desk:
    try:
        return make_desk()
    finally:
        connection.close()


def make_desk() -> Desk:
    practice = make_practice()
    load_reference()
    with scope(practice):
        make_fees()
        note = make_draft(date=timezone.localdate() - timedelta(days=5))
        make_block(note, "09:20", "09:27", technique="therapeutic_exercise", regions=(),
                   diagnosis_codes=["M54.2"])  # fmt: skip
        payer = note.visit.coverage.payer
        bill = make_charge_set(note)
        admin = make_user(Role.ADMIN, first_name="Ana", last_name="First")
        second = make_user(Role.ADMIN, first_name="Ben", last_name="Second")
        return Desk(practice, admin, second, payer, str(bill.note.visit.public_id))


def start_draft(page: Page, desk: Desk) -> None:
    page.goto(desk.path)
    page.get_by_label("Why a new version").fill("Contract of 2027")
    page.get_by_role("button", name="Start a draft").click()
    page.wait_for_url("**/v2/")
