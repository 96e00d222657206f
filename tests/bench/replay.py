"""How fast a draft replays on signed visits, whether time and memory grow with their number,
and how fast the simulator answers.

Fills a database of its own with bills of 100,000 visits by copying the bills of ten different
charts, replays the first 10,000 and then all, and asks the simulator over HTTP's own path in
this process. Ratio: time per visit of the large replay against the small one.

    python tests/bench/replay.py [VISITS]
"""

import os
import resource
import statistics
import subprocess
import sys
import time
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

SMALL, LARGE = 10_000, 100_000
MOST_SECONDS, MOST_GROWTH, MOST_MB_MORE, MOST_MS = 5.0, 1.3, 60, 50.0
FIRST = date(2026, 1, 1)
CHUNK = 2_000


def main() -> int:
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    small = min(SMALL, large // 10)
    for words in (["dbsetup"], ["collectstatic", "--no-input"]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
    import django  # noqa: PLC0415 settings are read when it is set up

    django.setup()
    from clinic.scope import scope  # noqa: PLC0415 needs the app registry

    practice, payer, user = make_ground()
    with scope(practice):
        days = fill(practice, payer, user, large)
    failed = replays(payer, days, small, large)
    return failed + simulators(payer, user)


def make_ground():
    from billing.services.policies import publish_from_preset  # noqa: PLC0415 needs the registry
    from billing.services.starter import load_reference  # noqa: PLC0415
    from clinic.scope import scope  # noqa: PLC0415
    from tests.billing.making import make_fees  # noqa: PLC0415
    from tests.factories import make_location, make_payer, make_practice, make_user  # noqa: PLC0415

    load_reference()
    practice = make_practice(name=f"Bench {uuid.uuid4().hex[:8]}")
    with scope(practice):
        make_location()
        make_fees()
        payer = make_payer(name="Bench payer")
        publish_from_preset(payer, key="commercial", starts_on=FIRST, by=None)
        user = make_user("admin")
    return practice, payer, user


def charts(payer) -> list:
    """Ten different drafts: two to five blocks, one with an adjustment beside manual therapy."""
    from tests.factories import (  # noqa: PLC0415 needs the registry
        make_block,
        make_clinician,
        make_coverage,
        make_episode,
        make_note,
        make_procedure,
        make_visit,
    )

    techniques = ("joint_mobilization", "therapeutic_exercise", "neuromuscular_reeducation",
                  "therapeutic_activities", "soft_tissue_mobilization")  # fmt: skip
    made = []
    for number in range(10):
        chiropractor = number == 9
        clinician = make_clinician(discipline="DC" if chiropractor else "PT")
        episode = make_episode(coverage=make_coverage(payer=payer), clinician=clinician)
        note = make_note(make_visit(episode=episode, date=FIRST))
        minute = 0
        for place in range(2 + number % 4):
            length = 7 + (number * 5 + place * 4) % 19
            start, end = clock(minute), clock(minute + length)
            region = ("lumbar_spine",) if chiropractor else ("cervical_spine",)
            make_block(note, start, end, technique=techniques[(number + place) % 5],
                       regions=region, diagnosis_codes=["M54.2"])  # fmt: skip
            minute += length
        if chiropractor:
            make_procedure(note, "CMT", regions=("cervical_spine",), start=clock(minute))
        made.append(note)
    return made


def clock(minute: int) -> str:
    return f"{9 + minute // 60:02}:{minute % 60:02}"


def fill(practice, payer, user, count: int) -> int:
    """Copies of the charts' bills, a few hundred a day; returns over how many days."""
    from billing.models import ChargeLine, ChargeSet  # noqa: PLC0415 needs the registry
    from billing.services.deriving import charges_of  # noqa: PLC0415
    from billing.services.freezing_charges import charge_lines  # noqa: PLC0415
    from notes.models import Note, Visit  # noqa: PLC0415

    models = [(note, *bill_of(note, charges_of(note.visit))) for note in charts(payer)]
    per_day = max(100, count // 250)
    for start in range(0, count, CHUNK):
        rows = range(start, min(start + CHUNK, count))
        chosen = [models[number % len(models)] for number in rows]
        visits = Visit.objects.bulk_create(
            Visit(
                episode_id=note.visit.episode_id, patient_id=note.visit.patient_id,
                clinician_id=note.visit.clinician_id, location_id=note.visit.location_id,
                coverage_id=note.visit.coverage_id, date=FIRST + timedelta(days=number // per_day),
                starts_at=note.visit.starts_at, status="signed",
            )
            for number, (note, _, _) in zip(rows, chosen, strict=True)
        )  # fmt: skip
        notes = Note.objects.bulk_create(
            Note(visit=visit, author_id=note.author_id, imported=True, status="signed",
                 signed_at=note.visit.starts_at, signed_by=user, digest="0" * 64)
            for visit, (note, _, _) in zip(visits, chosen, strict=True)
        )  # fmt: skip
        sets = ChargeSet.objects.bulk_create(
            ChargeSet(note=note, **kept) for note, (_, kept, _) in zip(notes, chosen, strict=True)
        )
        ChargeLine.objects.bulk_create(
            line
            for charge_set, (_, kept, fees) in zip(sets, chosen, strict=True)
            for line in charge_lines(charge_set, kept["answer"], fees)
        )
    return count // per_day + 1


def bill_of(note, derivation) -> tuple[dict, dict]:
    from billing.engine.record import record_to_dict  # noqa: PLC0415 needs the registry
    from billing.services.freezing import digest, facts_to_plain  # noqa: PLC0415

    facts = facts_to_plain(derivation.day, derivation.in_force.policy)
    answer = derivation.answer
    return {
        "policy": derivation.in_force.row,
        "policy_label": derivation.in_force.label,
        "engine_version": derivation.result.engine,
        "edition": derivation.result.edition,
        "facts": facts,
        "record_facts": record_to_dict(derivation.record),
        "answer": answer,
        "digest": digest(facts, answer),
        "line_count": len(answer["lines"]),
        "total_cents": derivation.total_cents,
        "created_at": datetime.now().astimezone(),
    }, dict(derivation.fees)


def replays(payer, days: int, small: int, large: int) -> int:
    """Small, then large: seconds of this process's CPU a visit, and the memory it reached."""
    policy = draft_policy(payer)
    per_day = max(100, large // 250)
    last_small = FIRST + timedelta(days=small // per_day - 1)
    once(payer, policy, FIRST + timedelta(days=1))  # warm: tables are read once
    few = [once(payer, policy, last_small) for _ in range(3)]
    before = peak_mb()
    seconds, tally = once(payer, policy, FIRST + timedelta(days=days))
    more = peak_mb() - before
    small_seconds, small_tally = statistics.median(s for s, _ in few), few[0][1]
    assert (small_tally.total, tally.total) == (small, large), (small_tally.total, tally.total)
    assert 0 < small_tally.changed < small_tally.total
    growth = (seconds / large) / (small_seconds / small)
    print(f"{small:,} visits: {small_seconds:.2f} s CPU, {small_tally.changed:,} would change")
    print(f"{large:,} visits: {seconds:.2f} s CPU, {tally.changed:,} would change")
    print(f"memory: {more:.0f} MB more for ten times the visits (at most {MOST_MB_MORE})")
    print(f"ratio replay, time a visit at {large:,} to {small:,}: {growth:.2f}"
          f"  (at most {MOST_GROWTH})")  # fmt: skip
    limit = MOST_SECONDS * small / SMALL
    print(
        f"ratio replay, {small:,} visits to {limit:g} s: {small_seconds / limit:.2f}  (at most 1)"
    )
    return int(growth > MOST_GROWTH or more > MOST_MB_MORE or small_seconds > limit)


def draft_policy(payer):
    from billing.engine.policy import policy_from_wire  # noqa: PLC0415 needs the registry
    from clinic.scope import scope  # noqa: PLC0415

    with scope(payer.practice_id):
        fields = payer.policies.get().fields
    return policy_from_wire(fields | {"unit_rule": "cms"}, version="draft")


def once(payer, policy, last: date):
    from billing.services.replay import replay  # noqa: PLC0415 needs the registry

    started = time.process_time()
    *_, tally = replay(payer, policy, first=FIRST, last=last)
    return time.process_time() - started, tally


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def simulators(payer, user) -> int:
    """The simulator's whole answer, as the server gives it, 200 times."""
    from billing.services.policies_difference import rules_of  # noqa: PLC0415 needs the registry
    from billing.services.policies_drafts import start_draft  # noqa: PLC0415
    from clinic.scope import scope  # noqa: PLC0415
    from tests.conftest import client_of  # noqa: PLC0415

    with scope(payer.practice_id):
        first = payer.policies.get()
        start_draft(payer, by=user, rules=rules_of(first), preset=first.preset, why="Bench")
    client = client_of(user)
    url = f"/billing/payers/{payer.pk}/simulator/"
    data = {
        "sim-version": "2", "sim-date": "2026-03-02", "sim-discipline": "PT",
        "sim-rows-TOTAL_FORMS": "4", "sim-rows-INITIAL_FORMS": "0",
    }  # fmt: skip
    for place, (code, minutes) in enumerate([("97140", 21), ("97530", 12), ("97112", 10)]):
        data |= {f"sim-rows-{place}-what": code, f"sim-rows-{place}-minutes": str(minutes)}
    headers = {"HX-Request": "true", "HX-Target": "sim-result"}
    walls, works = [], []
    for _ in range(220):
        started, worked = time.perf_counter(), time.process_time()
        answer = client.post(url, data, headers=headers, HTTP_HOST="localhost")
        walls.append(1000 * (time.perf_counter() - started))
        works.append(1000 * (time.process_time() - worked))
        assert answer.status_code == 200, answer.status_code
    wall, work = (statistics.quantiles(times[20:], n=20)[-1] for times in (walls, works))
    print(f"simulator: p95 {wall:.1f} ms at a load of {os.getloadavg()[0]:.1f}, of these the "
          f"server's own {work:.1f} ms")  # fmt: skip
    print(f"ratio simulator, p95 of the server's own time to {MOST_MS:g} ms: {work / MOST_MS:.2f}"
          "  (at most 1)")  # fmt: skip
    return int(work > MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
