"""The day's patients on paper, for when Handline is down. T-O06."""

import io
import subprocess
from datetime import date

import pikepdf
import pytest
from django.core.management import CommandError, call_command

from clinic.enums import AlertKind
from clinic.models import AuditEvent
from clinic.services.patients_alerts import raise_alert
from notes.enums import VisitStatus
from notes.services.downtime import make_packets
from tests.factories import DAY, at, make_block, make_episode, make_note, make_patient, make_visit
from tests.notes.acts import sign

TODAY = date(2026, 3, 9)
PASSWORD = "until the power is back"


def text_of(content: bytes, *words: str) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", *words, "-", "-"], input=content, capture_output=True, check=True
    )  # fmt: skip
    return done.stdout.decode()


@pytest.fixture
def today(in_practice):
    """One patient who was treated last week and comes today."""
    episode = make_episode()
    first = make_visit(episode=episode, date=DAY, starts_at=at("09:00"), coverage=None)
    note = make_note(first, plan="Progress the sleeper stretch.")
    make_block(note, "09:00", "09:15")
    sign(note)
    raise_alert(
        episode.patient, by=note.author.user, kind=AlertKind.OTHER, text="Warfarin",
        no_thrust=True, since=DAY,
    )  # fmt: skip
    return make_visit(episode=episode, date=TODAY, starts_at=at("10:30", TODAY))


def packets(visit, **given):
    return make_packets(visit.practice, day=TODAY, now=at("06:00", TODAY), **given)


@pytest.mark.slow
def test_T_O06_packet_tells_what_a_therapist_must_know(today):
    (packet,) = packets(today)

    text = text_of(packet.content)
    for words in (str(today.patient), "10:30 AM", "Warfarin, no thrust", "03/02/2026",
                  "Progress the sleeper stretch.", today.patient.record_number):  # fmt: skip
        assert words in text
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.detail["patients"]) == ("downtime.packet_made", 1)


@pytest.mark.slow
def test_T_O06_packet_with_password_opens_with_it_alone(today):
    (packet,) = packets(today, password=PASSWORD)

    assert str(today.patient) in text_of(packet.content, "-upw", PASSWORD)
    with pytest.raises(subprocess.CalledProcessError):
        text_of(packet.content)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(packet.content))


def test_who_is_not_coming_is_not_in_a_packet(in_practice):
    episode = make_episode(patient=make_patient())
    for status in (VisitStatus.CANCELED, VisitStatus.NO_SHOW):
        make_visit(episode=episode, date=TODAY, starts_at=at("10:30", TODAY), status=status)

    assert make_packets(in_practice, day=TODAY, now=at("06:00", TODAY)) == ()


@pytest.mark.slow
def test_command_writes_for_the_owner_alone_and_forgets_old_days(today, settings, tmp_path):
    settings.DOWNTIME_DIR = tmp_path
    for old in ("2026-03-01", "2026-03-02", "2026-03-03"):
        (tmp_path / f"practice-{today.practice.pk}" / old).mkdir(parents=True)

    call_command("downtime_packet", into=tmp_path, day=TODAY)

    folder = tmp_path / f"practice-{today.practice.pk}"
    assert sorted(path.name for path in folder.iterdir()) == ["2026-03-03", "2026-03-09"]
    (file,) = (folder / "2026-03-09").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_packet_without_a_place_is_refused(in_practice, settings):
    settings.DOWNTIME_DIR = None

    with pytest.raises(CommandError, match="Say where the packets go"):
        call_command("downtime_packet", into=None)
