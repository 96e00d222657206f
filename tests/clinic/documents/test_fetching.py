"""Nothing that people type makes a document read a file or call an address."""

import socket
import threading
from dataclasses import replace

import pytest

from clinic.documents.errors import DocumentError
from clinic.documents.job import Job
from clinic.documents.press import press
from clinic.documents.render import note_job, render_note
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


def fields_with(text: str) -> dict:
    return {
        "subjective": text, "objective": text, "assessment": text, "plan": text,
        "location": text, "payer": text, "authorization": text, "notice": text,
        "patient": replace(s.PATIENT, name=text, record_no=text),
        "blocks": (replace(s.blocks(1)[0], technique=text, dose=text, response=text, lane=text),),
        "measures": (replace(s.DRAFT.measures[0], name=text),),
    }  # fmt: skip


def test_typed_markup_is_printed_as_text_and_loads_nothing(trap, tmp_path):
    address, calls = trap
    canary = tmp_path / "canary.txt"
    canary.write_text("the canary sings")
    every = " ".join(payloads(address, str(canary)))

    body = render_note(s.signed(**fields_with(every)))

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
    sample = note_job(s.DRAFT)
    html = sample.html.replace("<body>", f"<body>{payloads(address, str(canary))[number]}")

    try:
        body = press(Job(html, sample.made_at))
    except DocumentError:
        body = b""

    assert calls == []
    assert b"canary sings" not in body
