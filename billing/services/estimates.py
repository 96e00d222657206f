"""Good Faith Estimates: from the plan of care, due by the law's deadlines, watched at $400."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing.desk_enums import EntryKind
from billing.models import ChargeSet, GoodFaithEstimate, LedgerEntry
from billing.presentation import wording
from billing.services.business_days import is_business_day
from billing.services.deriving import fees_on
from billing.services.desk_papers import keep, patient_part
from clinic.documents.desk_contexts import DeskPaper, Fact, Table
from clinic.documents.wording import day, money
from clinic.enums import DocumentKind
from clinic.errors import NotAllowed
from clinic.models import User
from clinic.services import audit
from notes.models import EpisodeOfCare
from notes.printing import CPT_NOTICE, practice_part

ALARM_CENTS = 40_000
LONGEST = timedelta(days=365)
DISCLAIMERS = (
    "This is an estimate of what the items and services listed are expected to cost. It does not "
    "include unknown or unexpected costs that may arise during treatment.",
    "You may be billed more if complications or special circumstances occur, and further items "
    "or services may be recommended that have to be scheduled separately.",
    "If you are billed $400 or more above this estimate, you have the right to dispute the bill. "
    "You may contact the practice to ask for a correction, or start a dispute with the U.S. "
    "Department of Health and Human Services within 120 days of the first bill; there is a small "
    "fee. Ask at www.cms.gov/nosurprises or 1-800-985-3059.",
    "This estimate is no contract and does not bind you to obtain the services from this practice.",
)


@dataclass(frozen=True, slots=True)
class Expected:
    """One item of the estimate."""

    code: str
    units: int
    visits: int
    fee_cents: int

    @property
    def total_cents(self) -> int:
        return self.units * self.visits * self.fee_cents


def business_days_before(service: date, scheduled: date) -> int:
    """Business days between the booking and the service."""
    day_count = (service - scheduled).days
    return sum(is_business_day(scheduled + timedelta(days=n)) for n in range(1, day_count + 1))


def due_on(*, scheduled_on: date | None, asked_on: date | None, service_on: date) -> date | None:
    """The last day to hand it over; None where neither booking nor question obliges.

    Booked ten business days ahead or asked for: three business days. Booked three ahead: one.
    """
    candidates = []
    if asked_on is not None:
        candidates.append(add_business_days(asked_on, 3))
    if scheduled_on is not None:
        ahead = business_days_before(service_on, scheduled_on)
        if ahead >= 10:
            candidates.append(add_business_days(scheduled_on, 3))
        elif ahead >= 3:
            candidates.append(add_business_days(scheduled_on, 1))
    return min(candidates, default=None)


def add_business_days(start: date, count: int) -> date:
    found = start
    while count:
        found += timedelta(days=1)
        count -= is_business_day(found)
    return found


@transaction.atomic
def issue_estimate(
    episode: EpisodeOfCare,
    *,
    units: dict[str, int],
    first_service_on: date,
    scheduled_on: date | None,
    asked_on: date | None,
    by: User,
) -> GoodFaithEstimate:
    """From the plan of care: visits times codes times fees. A new one replaces the last."""
    episode = EpisodeOfCare.objects.select_for_update().get(pk=episode.pk)
    plan = episode.plans.order_by("-starts_on").first()
    if plan is None or not plan.planned_visits:
        raise NotAllowed("The estimate comes from the plan of care: enter its number of visits.")
    if plan.ends_on - first_service_on > LONGEST:
        raise NotAllowed("One estimate covers at most twelve months: plan a shorter period.")
    items = expected(units, visits=plan.planned_visits, on=first_service_on)
    due = due_on(scheduled_on=scheduled_on, asked_on=asked_on, service_on=first_service_on)
    total = sum(item.total_cents for item in items)
    earlier = GoodFaithEstimate.objects.filter(episode=episode, replaced_by=None).first()
    document = keep(
        _paper(episode, items, plan, first_service_on, total),
        kind=DocumentKind.ESTIMATE, patient=episode.patient, by=by,
    )  # fmt: skip
    row = GoodFaithEstimate.objects.create(
        episode=episode,
        scheduled_on=scheduled_on,
        asked_on=asked_on,
        first_service_on=first_service_on,
        due_on=due or first_service_on,
        visits=plan.planned_visits,
        lines=[[i.code, i.units, i.fee_cents, i.total_cents] for i in items],
        total_cents=total,
        document=document,
        replaces=earlier,
        issued_at=document.created_at,
        issued_by=by,
    )
    audit.record("estimate.issued", actor=by, subject=row, patient_id=episode.patient_id,
                 number=document.number, total_cents=total)  # fmt: skip
    return row


def expected(units: dict[str, int], *, visits: int, on: date) -> list[Expected]:
    if not units:
        raise NotAllowed("Name at least one code with its units a visit.")
    fees = fees_on(on)
    unpriced = [code for code in units if code not in fees]
    if unpriced:
        raise NotAllowed(f"There is no fee for {', '.join(unpriced)}: enter it under Fees.")
    return [Expected(code, count, visits, fees[code]) for code, count in units.items()]


def _paper(episode, items, plan, first_service_on: date, total: int) -> DeskPaper:
    practice, clinician = episode.practice, episode.clinician
    return DeskPaper(
        practice=practice_part(practice, whole_tax_id=True),
        kind="Good Faith Estimate",
        number="",
        issued_at=timezone.now(),
        patient=patient_part(episode.patient),
        time_zone=practice.timezone,
        about=episode.title,
        facts=(
            Fact("Main service", f"Therapy for {episode.title.lower()}"),
            Fact("First service", day(first_service_on)),
            Fact("Period", f"{day(plan.starts_on)} to {day(plan.ends_on)}"),
            Fact("Diagnoses", ", ".join(d.code for d in episode.diagnoses.all())),
            Fact("Provider", str(clinician)),
            Fact("NPI", clinician.npi),
            Fact("State", practice.state),
            Fact("Plan", plan.frequency),
        ),
        tables=(
            Table(
                title="Expected services",
                head=("Code", "Service", "A visit", "Visits", "Fee", "Expected"),
                rows=tuple(
                    (i.code, wording(i.code), str(i.units), str(i.visits), money(i.fee_cents),
                     money(i.total_cents))
                    for i in items
                ),
                numeric=(2, 3, 4, 5),
                total=("", "Expected in all", "", "", "", money(total)),
            ),
        ),
        result=("Total expected", money(total)),
        notices=(*DISCLAIMERS, CPT_NOTICE),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Watch:
    """The bills of an episode against its estimate."""

    estimate: GoodFaithEstimate
    billed_cents: int

    @property
    def over_cents(self) -> int:
        return self.billed_cents - self.estimate.total_cents

    @property
    def is_alarm(self) -> bool:
        """$400 or more above: the patient may dispute the bill."""
        return self.over_cents >= ALARM_CENTS

    @property
    def is_near(self) -> bool:
        """One visit like the ones so far could pass the line."""
        return not self.is_alarm and self.over_cents >= ALARM_CENTS // 2


def watch(episode: EpisodeOfCare) -> Watch | None:
    """None without an estimate. Counts what the patient was charged, discounts taken off."""
    estimate = GoodFaithEstimate.objects.filter(episode=episode, replaced_by=None).first()
    if estimate is None:
        return None
    sets = ChargeSet.objects.filter(note__visit__episode=episode)
    charged = LedgerEntry.objects.filter(
        charge_set__in=sets, kind__in=[EntryKind.CHARGE, EntryKind.DISCOUNT]
    ).aggregate(s=Sum("patient_cents"))["s"]
    return Watch(estimate, charged or 0)
