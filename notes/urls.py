from django.urls import path

from notes import record_urls
from notes.views import (
    blocks,
    chart,
    day,
    live_line,
    live_reuse,
    ops,
    ops_keys,
    procedures,
    sign,
    signed,
    texts,
    vocabulary,
)

app_name = "notes"
urlpatterns = [
    path("day/", day.day, name="day"),
    path("visits/<uuid:visit_id>/", chart.chart, name="chart"),
    path("visits/<uuid:visit_id>/start/", chart.start, name="start"),
    path("visits/<uuid:visit_id>/blocks/", blocks.save, name="save_block"),
    path("visits/<uuid:visit_id>/blocks/delete/", blocks.delete, name="delete_block"),
    path("visits/<uuid:visit_id>/procedures/", procedures.save, name="save_procedure"),
    path("visits/<uuid:visit_id>/procedures/delete/", procedures.delete, name="delete_procedure"),
    path("visits/<uuid:visit_id>/text/", texts.save, name="save_text"),
    path("visits/<uuid:visit_id>/ops/", ops.ops, name="ops"),
    path("visits/<uuid:visit_id>/state/", ops.state, name="state"),
    path("visits/<uuid:visit_id>/line/", live_line.line, name="read_line"),
    path("visits/<uuid:visit_id>/templates/", live_reuse.template, name="keep_template"),
    path("visits/<uuid:visit_id>/snippets/", live_reuse.snippet, name="keep_snippet"),
    path("device-key/", ops_keys.key, name="device_key"),
    path("visits/<uuid:visit_id>/sign/", sign.sign, name="sign"),
    path("visits/<uuid:visit_id>/draft.pdf", sign.draft_pdf, name="draft_pdf"),
    path("visits/<uuid:visit_id>/note/", signed.note, name="note"),
    path("visits/<uuid:visit_id>/note.pdf", signed.note_pdf, name="note_pdf"),
    path("visits/<uuid:visit_id>/addendum/", signed.addendum, name="addendum"),
    path("vocabulary/", vocabulary.vocabulary, name="vocabulary"),
    path("vocabulary/techniques/<int:pk>/", vocabulary.technique, name="technique"),
    path("vocabulary/regions/<int:pk>/", vocabulary.region, name="region"),
    *record_urls.urlpatterns,
]
