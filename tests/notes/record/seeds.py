"""One defect each, put into an otherwise clean chart of shoulder treatment under Medicare."""

from datetime import date, timedelta

from clinic.models import Clinician, PatientAlert
from notes.models import (
    BlockPurpose,
    EpisodeDiagnosis,
    EpisodeOfCare,
    LiveChart,
    Note,
    TreatmentBlock,
)
from tests.factories import (
    DAY,
    at,
    make_authorization,
    make_block,
    make_episode,
    make_note,
    make_patient,
    make_plan,
    make_visit,
    technique_of,
)


def _episode(note: Note) -> EpisodeOfCare:
    return note.visit.episode


def _payer(note: Note, **wishes: bool) -> None:
    payer = note.visit.coverage.payer
    for name, value in wishes.items():
        setattr(payer, name, value)
    payer.save()


def _author(note: Note, **fields) -> None:
    Clinician.objects.filter(pk=note.author_id).update(**fields)


def _text(note: Note, **fields: str) -> None:
    Note.objects.filter(pk=note.pk).update(**fields)


def _first(note: Note) -> TreatmentBlock:
    return note.blocks.order_by("starts_at").first()


def _grant(note: Note, **fields) -> None:
    make_authorization(_episode(note), number="A-1", **fields)


def no_plan(note):
    _episode(note).plans.all().delete()


def plan_never_certified(note):
    _episode(note).orders.all().delete()
    _episode(note).plans.update(certified_on=None, sent_on=None)
    EpisodeOfCare.objects.filter(pk=note.visit.episode_id).update(started_on=date(2026, 1, 5))
    _episode(note).plans.update(starts_on=date(2026, 1, 5))


def plan_ran_out(note):
    _episode(note).plans.update(ends_on=DAY - timedelta(days=1))


def recertification_unsigned(note):
    make_plan(_episode(note), starts_on=DAY - timedelta(days=3), ends_on=DAY + timedelta(days=60),
              sent_on=DAY - timedelta(days=3))  # fmt: skip


def order_unsigned(note):
    _episode(note).orders.update(signed_on=None)


def order_missing(note):
    _episode(note).orders.all().delete()
    _payer(note, wants_order=True)


def order_ended(note):
    _episode(note).orders.update(valid_to=date(2026, 2, 28))


def units_above_order(note):
    _episode(note).orders.update(units_per_visit=1)


def technique_not_ordered(note):
    _payer(note, order_names_technique=True)


def authorization_missing(note):
    _payer(note, wants_authorization=True)


def authorization_ended(note):
    _grant(note, ends_on=date(2026, 2, 27))


def authorization_used_up(note):
    _grant(note, visits=1)
    make_visit(episode=_episode(note), date=date(2026, 2, 10), status="signed")


def authorization_units(note):
    _grant(note, units_per_visit=1)


def authorization_codes(note):
    _grant(note, codes="97110")


def _treated(note, days: int) -> None:
    for n in range(days):
        make_visit(episode=_episode(note), date=DAY - timedelta(days=20 - n), status="signed")


def report_overdue(note):
    _treated(note, 10)


def report_near(note):
    _treated(note, 7)


def no_credentials(note):
    _author(note, credential="")


def no_license(note):
    _author(note, licence_number="")


def license_ended(note):
    _author(note, licence_ends_on=date(2026, 2, 28))


def no_region(note):
    _first(note).block_regions.all().delete()


def no_side(note):
    TreatmentBlock.objects.filter(pk=_first(note).pk).update(side="")


def no_response(note):
    TreatmentBlock.objects.filter(pk=_first(note).pk).update(response="")


def no_rationale(note):
    BlockPurpose.objects.filter(note=note, block_id=_first(note).public_id).update(rationale="")


def no_goal_link(note):
    BlockPurpose.objects.filter(note=note, block_id=_first(note).public_id).update(goals=[])


def cloned_text(note):
    texts = {n: getattr(note, n) for n in ("subjective", "objective", "assessment", "plan")}
    make_note(make_visit(episode=_episode(note), date=date(2026, 2, 20)), **texts)


def no_subjective(note):
    _text(note, subjective=" ")


def no_assessment(note):
    _text(note, assessment="")


def no_next_plan(note):
    _text(note, plan="")


def header_diagnosis(note):
    EpisodeDiagnosis.objects.filter(episode=_episode(note), position=1).update(code="M54.5")


def two_patients_at_once(note):
    other = make_episode(
        patient=make_patient(record_number="OTHER-1"), clinician=note.author, coverage=None
    )
    make_block(make_note(make_visit(episode=other)), "09:05", "09:12")


def thrust_on_anticoagulant(note):
    PatientAlert.objects.create(
        patient=note.visit.patient, kind="anticoagulant", no_thrust=True, since=date(2026, 1, 1)
    )
    block = note.blocks.get(technique__key="joint_mobilization")
    TreatmentBlock.objects.filter(pk=block.pk).update(grade="V")


def no_supervision(note):
    supervisor = Clinician.objects.exclude(pk=note.author_id).first() or Clinician.objects.create(
        first_name="Kim", last_name="Lead", credential="PT", discipline="PT", licence_number="1",
        licence_state="NY",
    )  # fmt: skip
    _author(note, is_assistant=True, supervisor=supervisor, credential="PTA")
    _payer(note, wants_cosign=True)


def thirteenth_traction(note):
    traction = technique_of("manual_traction")
    for n in range(12):
        earlier = make_note(
            make_visit(episode=_episode(note), date=DAY - timedelta(days=20 - n), status="signed")
        )
        make_block(earlier, "13:00", "13:10", technique="manual_traction")
    TreatmentBlock.objects.filter(pk=_first(note).pk).update(technique=traction)


def lymphedema_undocumented(note):
    lymphedema_undiagnosed(note)
    EpisodeDiagnosis.objects.filter(episode=_episode(note), position=1).update(code="I89.0")


def lymphedema_undiagnosed(note):
    TreatmentBlock.objects.filter(pk=_first(note).pk).update(
        technique=technique_of("manual_lymphatic_drainage")
    )


def block_too_long(note):
    block = _first(note)
    note.blocks.exclude(pk=block.pk).update(starts_at=at("11:00"), ends_at=at("11:10"))
    TreatmentBlock.objects.filter(pk=block.pk).update(starts_at=at("09:00"), ends_at=at("10:30"))


def overlapping_blocks(note):
    first, second = note.blocks.order_by("starts_at")[:2]
    TreatmentBlock.objects.filter(pk=second.pk).update(
        starts_at=first.starts_at + timedelta(minutes=2)
    )


def running_block(note):
    LiveChart.objects.update_or_create(note=note, defaults={"started_at": at("09:50")})


def visit_after_discharge(note):
    EpisodeOfCare.objects.filter(pk=note.visit.episode_id).update(discharged_on=date(2026, 2, 20))
