"""Drafts of a payer's rules, and what an admin does with them."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from billing.engine.policy import policy_from_wire
from billing.engine.types import Block, Day, Policy, Region
from billing.models import PayerPolicy
from billing.services.policies_difference import facts_of, rules_of
from billing.services.policies_drafts import Content, save_draft, start_draft
from clinic.enums import Role
from clinic.models import Payer, User
from tests.billing.making import make_payer_with
from tests.factories import make_user
from tests.snapshot import snapshot

LATER = date(2027, 1, 1)
NINE = 9 * 3600


def make_admin(**fields: Any) -> User:
    return make_user(Role.ADMIN, **fields)


def make_draft_of(payer: Payer | None = None, *, by: User | None = None) -> PayerPolicy:
    """A draft that differs in nothing from the version before it, from LATER on."""
    payer, by = payer or make_payer_with("commercial"), by or make_admin()
    first = payer.policies.get(version=1)
    draft = start_draft(
        payer, by=by, rules=rules_of(first), preset=first.preset, why="New contract", based_on=first
    )
    return changed(draft, by=by, starts_on=LATER)


def content_of(draft: PayerPolicy, **changes: Any) -> Content:
    """The draft as it stands, with what an admin changes; a changed field gets a new source."""
    fields, facts = dict(draft.fields), {k: dict(v) for k, v in facts_of(draft).items()}
    for name in list(changes):
        if name in fields:
            fields[name] = changes.pop(name)
            facts[name] = {
                "source": "Letter of the payer",
                "link": "https://payer.example/rules",
                "checked_on": "2026-11-20",
                "confidence": "B",
            }
    content = Content(
        fields=fields,
        facts=facts,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        source=draft.source,
        checked_on=draft.checked_on,
        why=draft.why,
    )
    return replace(content, **changes)


def changed(draft: PayerPolicy, *, by: User | None = None, **changes: Any) -> PayerPolicy:
    return save_draft(
        draft,
        by=by or draft.saved_by,
        revision=draft.revision,
        content=content_of(draft, **changes),
    )


def day(*blocks: tuple[str, int, int], region: str = "cervical", **fields: Any) -> Day:
    """A visit of (code, from minute, to minute) after nine o'clock."""
    where = (Region(region, region, (region,)),)
    return Day(
        id="case",
        date=fields.pop("date", date(2026, 3, 2)),
        discipline="PT",
        diagnoses=("M54.2",),
        blocks=tuple(
            Block(f"b{n}", code, NINE + a * 60, NINE + b * 60, regions=where)
            for n, (code, a, b) in enumerate(blocks, start=1)
        ),
        **fields,
    )


def policy_with(row: PayerPolicy, **fields: Any) -> Policy:
    return policy_from_wire(row.fields | fields, version=row.name)


def rows_but(*tables: str) -> dict[str, Counter]:
    """All that the database holds, but for tables that making the test's people writes."""
    return {name: rows for name, rows in snapshot().items() if name not in tables}
