"""A payer's rules in every state that an address can name."""

from datetime import date
from typing import Any

from billing.services.facts import day_of
from billing.services.policies import engine_policy
from billing.services.policies_cases import save_case
from billing.services.policies_difference import rules_of
from billing.services.policies_drafts import start_draft
from billing.services.policies_overrides import make_override
from clinic.models import Payer, User
from notes.models import Note


def rules_args(payer: Payer, *, by: User, signed: Note, mark: str) -> dict[str, list[Any]]:
    """By kind, the URL's arguments: versions, a test case, an exception, a replayed visit."""
    published, episode = payer.policies.get(), signed.visit.episode
    draft = start_draft(
        payer, by=by, rules=rules_of(published), preset=published.preset, why=mark,
        based_on=published,
    )  # fmt: skip
    override = make_override(
        episode, by=by, payer=payer, base=rules_of(published), fields={"unit_rule": "cms"},
        reason=mark, starts_on=date(2027, 1, 1), ends_on=None,
    )  # fmt: skip
    case = save_case(
        payer, by=by, name=mark, day=day_of(signed.visit), policy=engine_policy(published),
        rules_label=mark,
    )  # fmt: skip
    return {
        "payer": [payer.pk],
        "version": [payer.pk, published.version],
        "draft version": [payer.pk, draft.version],
        "episode": [payer.pk, episode.pk],
        "override": [payer.pk, override.pk],
        "case": [payer.pk, published.version, case.pk],
        "replayed": [payer.pk, published.version, signed.visit.public_id],
    }
