"""The chart around a visit, as the engine's checks read it; what nobody asked for is unknown."""

from billing.engine.record import (
    Authorization,
    Certification,
    Lymphedema,
    Order,
    OtherInterval,
    Record,
)
from billing.engine.tables import shipped_codes
from billing.models import ChargeLine
from notes.models import Authorization as Granted
from notes.models import EpisodeOfCare, Measurement, PlanOfCare, TreatmentBlock, Visit
from notes.models import Lymphedema as Recorded
from notes.services.cosign_asking import why_asked
from notes.services.goals import open_goals
from notes.services.plans_days import traction_visits, treatment_days, visits_in

RECENT_NOTES = 3
TIMED = tuple(fact.code for fact in shipped_codes() if fact.basis == "timed")
DRAINAGE = "manual_lymphatic_drainage"


def record_of(visit: Visit) -> Record:
    """What the chart around the visit says; absent is unknown."""
    episode, note = visit.episode, visit.note
    plan = episode.plans.filter(starts_on__lte=visit.date).order_by("-starts_on", "-pk").first()
    order = episode.orders.filter(ordered_on__lte=visit.date).first()
    report = episode.progress_reports.filter(reported_on__lte=visit.date).first()
    purposes = {row.block_id: row for row in note.purposes.all()}
    goals = open_goals(episode, visit.date)
    numbers = _numbers(note) if purposes or goals else {}
    return Record(
        plan_of_care_on=plan.starts_on if plan else None,
        plan_of_care_to=plan.certified_to if plan else None,
        first_treatment_on=episode.started_on,
        certification=_certification(episode, plan, order) if plan else None,
        order=_order(visit, order),
        authorization=_authorization(visit),
        progress_report_on=report.reported_on if report else None,
        treatment_days_since_report=treatment_days(
            episode, until=visit.date, after=report.reported_on if report else None
        ),
        author_credentials=note.author.credential,
        license_on_file=bool(note.author.licence_number),
        license_ends_on=note.author.licence_ends_on,
        signed=True if note.is_signed else None,
        **_cosign(note),
        traction_visits=traction_visits(episode, until=visit.date),
        lymphedema=_lymphedema(visit),
        other_intervals=_elsewhere(visit),
        note_text=_text(note),
        recent_note_texts=_recent(visit),
        goals=tuple(str(goal) for goal in goals),
        rationales={
            key: purposes[public_id].rationale
            for public_id, key in numbers.items()
            if public_id in purposes
        }
        if purposes
        else None,
        goal_links={key: _goals_of(purposes.get(public_id)) for public_id, key in numbers.items()}
        if goals
        else None,
    )


def _numbers(note) -> dict:
    """The block's public id to its number in the printed table."""
    ids = note.blocks.values_list("public_id", flat=True)
    return {public_id: f"b{number}" for number, public_id in enumerate(ids, start=1)}


def _goals_of(purpose) -> tuple[str, ...]:
    return tuple(str(number) for number in purpose.goals) if purpose else ()


def _certification(episode: EpisodeOfCare, plan: PlanOfCare, order) -> Certification:
    earlier = episode.plans.filter(starts_on__lt=plan.starts_on).exists()
    return Certification(
        certified_from=plan.starts_on if plan.certified_on else None,
        certified_to=plan.certified_to if plan.certified_on else None,
        signed_on=plan.certified_on,
        sent_on=plan.sent_on,
        order_on_file=order is not None and order.signed_on is not None,
        initial=not earlier,
    )


def _order(visit: Visit, order) -> Order | None:
    payer = visit.coverage.payer if visit.coverage else None
    if order is None:
        return Order(on_file=False) if payer and payer.wants_order else None
    return Order(
        on_file=True,
        signed=order.signed_on is not None,
        techniques=tuple(order.techniques),
        must_name_technique=bool(payer and payer.order_names_technique),
        units_per_visit=order.units_per_visit,
        valid_from=order.ordered_on,
        valid_to=order.valid_to,
    )


def _authorization(visit: Visit) -> Authorization | None:
    # The latest granted, not the first ever: an earlier one has usually run out.
    granted = visit.episode.authorizations.filter(starts_on__lte=visit.date)
    row = granted.order_by("-starts_on", "-pk").first()
    wanted = (visit.coverage and visit.coverage.payer.wants_authorization) or None
    if row is None:
        return Authorization(required=True) if wanted else None
    before = [v.pk for v in visits_before(visit, row)]
    return Authorization(
        required=wanted,
        number=row.number,
        valid_from=row.starts_on,
        valid_to=row.ends_on,
        visits_granted=row.visits,
        visits_used=len(before),
        units_granted=row.units,
        units_used=_units(before) if row.units is not None else 0,
        units_per_visit=row.units_per_visit,
        codes=tuple(code.strip() for code in row.codes.split(",") if code.strip()),
    )


def visits_before(visit: Visit, row: Granted) -> list[Visit]:
    """The treated visits of the authorization's dates up to this one, without it."""
    counted = visits_in(visit.episode, row.starts_on, min(row.ends_on, visit.date))
    return list(counted.filter(starts_at__lt=visit.starts_at).exclude(pk=visit.pk).only("pk"))


def _units(visits: list[int]) -> int:
    lines = ChargeLine.objects.filter(charge_set__note__visit__in=visits, code__in=TIMED)
    return sum(lines.values_list("units", flat=True))


def _cosign(note) -> dict[str, bool | None]:
    """Asked for only once the author has signed: before that nobody could give it."""
    if not note.is_signed or not why_asked(note):
        return {"cosign_needed": None, "cosigned": None}
    request = getattr(note, "cosign_request", None)
    return {"cosign_needed": True, "cosigned": bool(request and request.signature_id)}


def _lymphedema(visit: Visit) -> Lymphedema | None:
    if not visit.note.blocks.filter(technique__key=DRAINAGE).exists():
        return None
    facts = Recorded.objects.filter(episode=visit.episode_id).first() or Recorded()
    girths = Measurement.objects.filter(
        kind="girth", note__visit__episode=visit.episode_id, note__visit__date__lte=visit.date
    )
    return Lymphedema(
        diagnosed_by_physician=bool(facts.diagnosed_by),
        cause_recorded=bool(facts.cause),
        earlier_care_recorded=bool(facts.earlier_care),
        girth_measured=girths.exists(),
        expected_result_recorded=bool(facts.expected_result),
        caregiver_teaching_recorded=bool(facts.teaching),
    )


def _elsewhere(visit: Visit) -> tuple[OtherInterval, ...]:
    """The same clinician's timed blocks in other charts of that day."""
    others = TreatmentBlock.objects.filter(
        performer=visit.note.author, note__visit__date=visit.date, technique__code__in=TIMED
    ).exclude(note__visit=visit)
    return tuple(
        OtherInterval(int(start.timestamp()), int(end.timestamp()), label=number)
        for start, end, number in others.order_by("starts_at").values_list(
            "starts_at", "ends_at", "note__visit__patient__record_number"
        )
    )


def _text(note) -> str:
    parts = (note.subjective, note.objective, note.assessment, note.plan)
    return "\n".join(part for part in parts if part)


def _recent(visit: Visit) -> tuple[str, ...]:
    earlier = (
        Visit.objects.filter(episode=visit.episode_id, date__lt=visit.date, note__isnull=False)
        .select_related("note")
        .order_by("-date")[:RECENT_NOTES]
    )
    return tuple(_text(row.note) for row in earlier)
