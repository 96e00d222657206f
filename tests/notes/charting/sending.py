"""Sending edits as the charting screen does."""

import json
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from notes.models import Note
from tests.factories import DAY, at, make_episode, make_note, make_visit, technique_of

MANUAL = {"technique": "joint_mobilization", "regions": ["cervical_spine"], "side": ""}


def seconds(clock: str, day=DAY) -> int:
    return int(at(clock, day).timestamp())


def fields(start: str, end: str, **more: Any) -> dict[str, Any]:
    return MANUAL | {"start": seconds(start), "end": seconds(end)} | more


def own_note(client: Client, **visit: Any) -> Note:
    """A draft of the client's own patient."""
    technique_of("rest")  # seeds the practice's words
    episode = make_episode(clinician=client.user.clinician)
    return make_note(make_visit(episode=episode, **visit))


def put(block_id: uuid.UUID, start: str, end: str, *, base: int = 0, **more: Any) -> dict:
    return {"op": "put", "id": str(block_id), "base": base, "fields": fields(start, end, **more)}


def send(
    client: Client,
    note: Note,
    edit: Any,
    *,
    version: int | None = None,
    key: uuid.UUID | str | None = None,
) -> HttpResponse:
    if version is None:
        version = Note.objects.get(pk=note.pk).version
    return client.post(
        reverse("notes:ops", args=[note.visit.public_id]),
        json.dumps(edit),
        content_type="application/json",
        headers={"Idempotency-Key": str(key or uuid.uuid4()), "If-Match": f'"{version}"'},
    )
