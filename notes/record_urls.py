"""Addresses of the record around the visit: episodes, the visit's record, the schedule."""

from django.urls import path

from notes.views import (
    amendments,
    calendar,
    cosign,
    diagnoses,
    episodes,
    exports,
    flowsheet,
    imports,
    plans,
    schedule,
    visit_record,
)

urlpatterns = [
    path("patients/<int:pk>/episodes/", episodes.patient_episodes, name="patient_episodes"),
    path("patients/<int:pk>/episodes/new/", episodes.episode_new, name="episode_new"),
    path("episodes/<int:pk>/", episodes.episode, name="episode"),
    path("episodes/<int:pk>/edit/", episodes.episode_edit, name="episode_edit"),
    path("episodes/<int:pk>/discharge/", episodes.discharge, name="discharge"),
    path("episodes/<int:pk>/reopen/", episodes.reopen, name="reopen"),
    path("episodes/<int:pk>/diagnosis/", episodes.diagnosis, name="diagnosis"),
    path("episodes/<int:pk>/diagnoses/", diagnoses.search, name="diagnosis_search"),
    path("episodes/<int:pk>/orders/new/", episodes.order_new, name="order_new"),
    path(
        "episodes/<int:pk>/authorizations/new/",
        episodes.authorization_new,
        name="authorization_new",
    ),
    path("episodes/<int:pk>/lymphedema/", episodes.lymphedema, name="lymphedema"),
    path("episodes/<int:pk>/plans/new/", plans.plan_new, name="plan_new"),
    path("episodes/<int:pk>/plans/<int:plan_pk>/certify/", plans.certify, name="certify"),
    path("episodes/<int:pk>/plans/<int:plan_pk>/sign/", plans.plan_sign, name="plan_sign"),
    path("episodes/<int:pk>/plans/<int:plan_pk>/pdf/", plans.plan_pdf, name="plan_pdf"),
    path("episodes/<int:pk>/goals/new/", plans.goal_new, name="goal_new"),
    path("episodes/<int:pk>/goals/<int:goal_pk>/", plans.goal_settle, name="goal_settle"),
    path("episodes/<int:pk>/progress/new/", plans.progress_new, name="progress_new"),
    path("episodes/<int:pk>/progress/<int:report_pk>/", plans.progress, name="progress"),
    path(
        "episodes/<int:pk>/progress/<int:report_pk>/pdf/", plans.progress_pdf, name="progress_pdf"
    ),
    path("episodes/<int:pk>/flowsheet/", flowsheet.flowsheet, name="flowsheet"),
    path("visits/<uuid:visit_id>/record/", visit_record.record, name="visit_record"),
    path("visits/<uuid:visit_id>/record/measure/", visit_record.measure, name="measure"),
    path("visits/<uuid:visit_id>/record/finding/", visit_record.finding, name="finding"),
    path("visits/<uuid:visit_id>/record/purpose/", visit_record.purpose, name="purpose"),
    path("visits/<uuid:visit_id>/record/alert/", visit_record.answer, name="answer_alert"),
    path("visits/<uuid:visit_id>/record/remove/", visit_record.remove, name="remove_measure"),
    path(
        "visits/<uuid:visit_id>/record/supervision/", visit_record.supervision, name="supervision"
    ),
    path("visits/<uuid:visit_id>/record/<slug:instrument>/", visit_record.score, name="score"),
    path("visits/<uuid:visit_id>/review/", cosign.review, name="review"),
    path("visits/<uuid:visit_id>/review/cosign/", cosign.cosign, name="cosign"),
    path("visits/<uuid:visit_id>/review/remark/", cosign.remark, name="remark"),
    path(
        "visits/<uuid:visit_id>/review/<int:remark_pk>/settle/",
        cosign.settle,
        name="settle_remark",
    ),
    path("cosign/", cosign.queue, name="cosign_queue"),
    path("schedule/", schedule.schedule, name="schedule"),
    path("schedule/book/", schedule.book, name="book"),
    path("schedule/<uuid:visit_id>/", schedule.booking, name="booking"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:batch_id>/", imports.batch, name="import"),
    path("imports/<uuid:batch_id>/act/", imports.act, name="import_act"),
    path("imports/<uuid:batch_id>/rejects.csv", imports.rejects, name="import_rejects"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<uuid:job_id>/", exports.export, name="export"),
    path("exports/<uuid:job_id>/record.zip", exports.download, name="export_download"),
    path("patients/<int:pk>/export/", exports.patient_export, name="patient_export"),
    path("patients/<int:pk>/amendments/", amendments.amendments, name="amendments"),
    path(
        "patients/<int:pk>/amendments/<int:amendment_pk>/letter/",
        amendments.letter_pdf,
        name="amendment_letter",
    ),
    path(
        "patients/<int:pk>/amendments/<int:amendment_pk>/", amendments.amendment, name="amendment"
    ),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar_feed"),
]
