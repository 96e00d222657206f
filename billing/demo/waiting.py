"""What waits in the demo: one of each kind, so that every list has something real to show."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from billing.demo.bulk import ImportedVisit, import_history
from billing.demo.diary import Diary
from billing.demo.visits import Ground, Story, book, chart, sign
from billing.services.desk_refresh import open_item
from billing.services.freezing_charges import freeze_charges
from clinic.models import Clinician, Practice, User
from clinic.services.identity import Proof
from notes.enums import VisitStatus
from notes.models import Authorization, EpisodeOfCare, Note, PlanOfCare, Visit
from notes.services.addenda import add_addendum
from notes.services.amendments import receive
from notes.services.cosign import cosign_note
from notes.services.measures import save_supervision
from notes.services.plans_days import TREATED
from notes.services.plans_paper import sign_plan
from notes.services.plans_progress import GoalProgress, sign_progress_report
from notes.services.review import leave_remark

# Places in stories.toml. The demo's payers go round with them, so each stands for one payer.
SHOULDER_MEDICARE, BACK_COMMERCIAL, KNEE, ELBOW_AUTHORIZED, HAND = 1, 2, 3, 4, 5
TRACTION = ["97012", "lumbar_spine", 10, "Supine, 35 kg, intermittent", ["M54.50"]]
REPORT_AT, TRACTION_AT, ACCRUED_VISITS = 9, 11, 27
ASSISTANT_DAYS = (9, 2, 1)  # workdays ago; the oldest is co-signed
UNSIGNED_DAYS = (1, 3, 8)
LEFT_OPEN = 2  # workdays ago a visit was had and never charted

Treated = tuple[EpisodeOfCare, Story]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The demo as it is charted so far, and the day it stands on."""

    practice: Practice
    ground: Ground
    diary: Diary
    days: list[date]
    episodes: list[Treated]
    today: date

    def last(self, place: int) -> Treated:
        """The last patient with that problem: its visits are all history brought in."""
        rows = [row for n, row in enumerate(self.episodes) if n % 9 == place]
        return rows[-1]

    def bring_in(self, treated: Treated, visits: int) -> None:
        """More history, on the clinician's free days, until there are so many visits."""
        episode, story = treated
        had = set(episode.visits.values_list("date", flat=True))
        free = [d for d in self.days[:-5] if d >= episode.started_on and d not in had]
        chosen = sorted(free[-(visits - len(had)) :])
        rows = [
            ImportedVisit(episode, story, self.diary.take(episode.clinician_id, day), 4 + n)
            for n, day in enumerate(chosen, start=1)
        ]
        import_history(self.practice, rows, self.ground)


def leave_waiting(demo: Waiting) -> None:
    for leave in (
        _report_near, _traction, _authorization, _threshold, _plan_on_paper, _not_certified,
        _assistants_notes, _unsigned, _left_open, _addenda, _request_to_amend,
    ):  # fmt: skip
        leave(demo)


def _report_near(demo: Waiting) -> None:
    demo.bring_in(demo.last(KNEE), REPORT_AT)


def _traction(demo: Waiting) -> None:
    """Eleven visits with traction, and the progress report that was due on the way."""
    episode, story = demo.last(BACK_COMMERCIAL)
    with_traction = story | {"procedures": [*story.get("procedures", ()), TRACTION]}
    demo.bring_in((episode, with_traction), TRACTION_AT + episode.visits.count())
    said = "Walks 40 minutes, sits through a shift with one break. Pain 6 to 3."
    _reported(episode, 9, said, "ODI 28 %")


def _reported(episode: EpisodeOfCare, day: int, said: str, figure: str) -> None:
    """The progress report of the treatment day after so many."""
    days = episode.visits.filter(status__in=TREATED).order_by("date")
    sign_progress_report(
        episode,
        by=episode.clinician.user,
        submit_key=uuid.uuid4(),
        on=days.values_list("date", flat=True)[day],
        summary=said,
        continuing="Load tolerance is short of what the day asks; skilled progression goes on.",
        goals=[GoalProgress(goal.number, figure) for goal in episode.goal_rows.all()],
        method="demo",
    )


def _authorization(demo: Waiting) -> None:
    episode, _ = demo.last(ELBOW_AUTHORIZED)
    Authorization.objects.create(
        episode=episode, number="UH-20417", visits=5, starts_on=episode.started_on,
        ends_on=demo.today + timedelta(days=40),
    )  # fmt: skip


def _threshold(demo: Waiting) -> None:
    """A long course of care whose bills come near the year's threshold."""
    episode, story = demo.last(SHOULDER_MEDICARE)
    demo.bring_in((episode, story), ACCRUED_VISITS)
    for day, flexion in ((9, "136 degrees"), (18, "148 degrees")):
        _reported(episode, day, "Reaches the middle shelf; sleeps on the left side.", flexion)
    notes = Note.objects.filter(visit__episode=episode, status="signed").select_related("visit")
    for note in notes:
        freeze_charges(note, by=note.signed_by, at=note.signed_at)
        open_item(note.charge_set, by=note.signed_by)


def _plan_on_paper(demo: Waiting) -> None:
    episode, _ = demo.last(SHOULDER_MEDICARE)
    proof = Proof("demo", timezone.now())
    sign_plan(episode.plans.get(), by=episode.clinician.user, proof=proof)


def _not_certified(demo: Waiting) -> None:
    episode, _ = demo.last(HAND)
    PlanOfCare.objects.filter(episode=episode).update(certified_on=None)


def _assistants_notes(demo: Waiting) -> None:
    """The practice co-signs its assistant: one note is, two wait, the newer for a day."""
    assistant = Clinician.objects.get(is_assistant=True)
    theirs = [row for row in demo.episodes if row[0].clinician_id == assistant.supervisor_id]
    for number, (ago, (episode, story)) in enumerate(zip(ASSISTANT_DAYS, theirs, strict=False)):
        visit = _visit(demo, episode, ago, by=assistant)
        note = chart(visit, story, demo.ground)
        save_supervision(note, by=assistant.user, kind="on_site", remark="")
        signed = sign(Note.objects.get(pk=note.pk))
        if number == 0:
            cosign_note(signed, by=assistant.supervisor.user, method="demo")


def _unsigned(demo: Waiting) -> None:
    """Notes that were charted and not signed, by age, of several people."""
    for place, ago in enumerate(UNSIGNED_DAYS):
        episode, story = demo.episodes[place]
        chart(_visit(demo, episode, ago), story, demo.ground)


def _left_open(demo: Waiting) -> None:
    episode, _ = demo.episodes[HAND]
    _visit(demo, episode, LEFT_OPEN)


def _visit(demo: Waiting, episode: EpisodeOfCare, ago: int, by: Clinician | None = None) -> Visit:
    clinician = by or episode.clinician
    visit = book(
        episode, demo.ground, starts_at=demo.diary.take(clinician.pk, demo.days[-ago]),
        number=6, status=VisitStatus.ARRIVED,
    )  # fmt: skip
    if by is not None:
        visit.clinician = by
        visit.save(update_fields=["clinician"])
    return visit


def _addenda(demo: Waiting) -> None:
    """A reviewer asks for one; another was written."""
    asked, amended = Note.objects.filter(imported=False, status="signed").order_by("pk")[8:10]
    leave_remark(
        asked,
        by=User.objects.get(email="sam@handline.example"),
        text="The response to the second block is not written: what changed?",
        asks_addendum=True,
    )
    add_addendum(
        amended,
        by=amended.author.user,
        submit_key=uuid.uuid4(),
        text="The patient telephoned in the evening: no soreness after the session.",
        method="demo",
    )


def _request_to_amend(demo: Waiting) -> None:
    note = Note.objects.filter(imported=False, status="signed").order_by("pk")[10]
    receive(
        note.visit.patient,
        by=User.objects.get(email="ruth@handline.example"),
        received_on=demo.days[-8],
        asked_by=str(note.visit.patient),
        text="The note says that I did no exercises at home. I did them on five days.",
        note=note,
    )
