"""Nothing that people type makes a document read a file or call an address."""

import socket
import threading
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

import pytest

from clinic.documents.errors import DocumentError
from clinic.documents.job import Job
from clinic.documents.pages import care_letter, desk_paper, note, superbill, superbill_form
from clinic.documents.press import press
from clinic.documents.render import render_note
from tests.clinic.documents import golden_care as care
from tests.clinic.documents import golden_desk as desk
from tests.clinic.documents import golden_notes as notes
from tests.clinic.documents import samples as s
from tests.clinic.documents.reading import squeezed, text_of


@pytest.fixture(scope="module")
def trap():
    """A server that notes each call."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    done = threading.Event()

    def listen() -> None:
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection:
                calls.append(connection.recv(500))

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
    done.set()
    thread.join()
    server.close()


def payloads(address: str, canary: str) -> list[str]:
    targets = (address, f"file://{canary}")
    return [
        shape.format(target)
        for target in targets
        for shape in (
            '<img src="{}/a.png">',
            '<link rel="stylesheet" href="{}/a.css">',
            '<link rel="attachment" href="{}">',
            '<a rel="attachment" href="{}">x</a>',
            "<style>@import url({}/b.css);</style>",
            "<style>@font-face{{font-family:x;src:url({})}}*{{font-family:x}}</style>",
            "<style>p{{background:url({}/c.png)}}</style>",
            "<style>p::after{{content:url({}/d.png)}}</style>",
            '<object data="{}/e.svg"></object>',
            '<embed src="{}/f.svg">',
            '<iframe src="{}/g"></iframe>',
            '<svg><image href="{}/h.png"/></svg>',
            '<svg><use href="{}/i.svg#x"/></svg>',
            '<base href="{}/"><img src="j.png">',
            '"><img src="{}/k.png">',
        )
    ]


def every_text_replaced(value, text: str):
    """The same context with `text` in every field that holds words."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(every_text_replaced(item, text) for item in value)
    if is_dataclass(value):
        return replace(
            value,
            **{
                field.name: every_text_replaced(getattr(value, field.name), text)
                for field in fields(value)
                if field.name not in STEERING
            },
        )
    return value


# Chosen by the program among a few words, never typed.
STEERING = {"status", "time_zone", "key", "side", "buckets", "record_sha256", "file_sha256"}


class Skeleton(HTMLParser):
    """What a page is built of, without its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes) -> None:
        self.found.append(tag + " " + " ".join(sorted(name for name, _ in attributes)))


PAGES = {
    "note": lambda context: note.html(context, "letter"),
    "superbill": lambda context: superbill.html(context, "letter"),
    "superbill form": superbill_form.html,
    "desk paper": desk_paper.html,
    "care letter": care_letter.html,
}


@pytest.mark.parametrize(
    ("kind", "context"),
    [
        ("note", replace(notes.region_note(), verify_url=None)),
        ("note", replace(notes.cosigned_note(), addenda=(s.addendum("0" * 64),), verify_url=None)),
        ("note", replace(notes.voided_note(), measures=s.DRAFT.measures, sections=(s.CHARGES,))),
        ("superbill", s.superbill(2)),
        ("superbill form", s.superbill(2)),
        ("desk paper", desk.STATEMENT),
        ("care letter", replace(care.plan_of_care(), verify_url=None)),
    ],
)
def test_markup_in_any_field_stays_text(kind, context):
    """Each of the payloads in every field that reaches a page: its elements do not change."""
    attack = " ".join(payloads("http://127.0.0.1:9", "/canary"))
    typed = every_text_replaced(context, attack)
    plain = every_text_replaced(context, "a" * len(attack))

    html = PAGES[kind](typed)

    assert Skeleton(html).found == Skeleton(PAGES[kind](plain)).found
    assert html.count("&lt;iframe") > 10


def test_typed_markup_is_printed_as_text_and_loads_nothing(trap, tmp_path):
    address, calls = trap
    canary = tmp_path / "canary.txt"
    canary.write_text("the canary sings")
    every = " ".join(payloads(address, str(canary)))
    block = replace(s.blocks(1)[0], technique=every, lane="x")
    context = s.signed(subjective=every, location=every, blocks=(block,), sections=(), measures=())

    body = render_note(context)

    text = squeezed(text_of(body, tmp_path))
    assert calls == []
    assert squeezed("the canary sings") not in text
    assert b"canary sings" not in body
    assert squeezed(payloads(address, str(canary))[0]) in text


@pytest.mark.parametrize("number", range(30))
def test_even_unescaped_markup_cannot_load(trap, tmp_path, number):
    """The second fence: should escaping ever fail, the fetcher still stops or ignores it."""
    address, calls = trap
    canary = tmp_path / "canary.txt"
    canary.write_text("the canary sings")
    markup = payloads(address, str(canary))[number]
    html = f'<html lang="en"><title>x</title><body><h1>x</h1>{markup}</body></html>'

    try:
        body = press(Job(html, s.SIGNED_AT))
    except DocumentError:
        body = b""

    assert calls == []
    assert b"canary sings" not in body
