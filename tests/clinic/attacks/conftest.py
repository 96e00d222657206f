"""Two practices whose every text is an attack, and one way of asking as anybody."""

from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.clinic.access_matrix import MATRIX
from tests.clinic.world import ARGS, BODIES, QUERIES, World, make_world
from tests.conftest import client_of

# Short, because it stands in every name of the world; longer ones are in payloads.py.
MARK = "<b>&'\"{{7*7}}"


@dataclass
class Ground:
    own: World
    other: World
    sessions: dict

    def url(self, name: str, of: World | None = None) -> str:
        kind = MATRIX[name].kind
        args = (of or self.own).args[kind] if kind else ARGS.get(name, [])
        return reverse(name, args=args) + QUERIES.get(name, "")

    def body(self, name: str) -> dict:
        return BODIES.get(name, lambda world: {"nothing": "of use"})(self.own)

    def client(self, role, **words) -> Client:
        client = Client(**words)
        if role is not None:
            for key, morsel in self.sessions[role].items():
                client.cookies[key] = morsel.value
        return client

    def ask(self, client: Client, method: str, url: str, body: dict | None = None) -> HttpResponse:
        """The answer; what it wrote is taken back."""
        with transaction.atomic():
            response = client.get(url) if method == "GET" else client.post(url, body or {})
            response.text_read = response.getvalue().decode("utf-8", "replace")
            transaction.set_rollback(True)
        return response


@pytest.fixture(scope="package")
def ground(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        own, other = make_world(MARK), make_world("Southmark")
        yield Ground(own, other, {r: client_of(u).cookies for r, u in own.people.items()})
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _open(ground, django_db_blocker):
    """Tests here share one transaction, each in a savepoint of its own."""
    with django_db_blocker.unblock():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)
    assert connection.in_atomic_block
