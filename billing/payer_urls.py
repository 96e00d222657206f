"""Addresses of the payers' rules, the fees and the published tables."""

from django.urls import path

from billing.views import (
    fees,
    payers,
    policies,
    policies_cases,
    policies_compare,
    policies_overrides,
    policies_replay,
    simulator,
    tables,
)

_PAYER = "payers/<int:pk>/"
_VERSION = f"{_PAYER}v<int:version>/"

urlpatterns = [
    path("payers/", payers.payers, name="payers"),
    path("payers/new/", payers.new_payer, name="new_payer"),
    path("payers/history/", payers.history, name="settings_history"),
    path(_PAYER, payers.payer, name="payer"),
    path(f"{_PAYER}edit/", payers.edit_payer, name="edit_payer"),
    path(f"{_PAYER}history/", payers.payer_history, name="payer_history"),
    path(f"{_PAYER}draft/", policies.start, name="start_draft"),
    path(f"{_PAYER}compare/", policies_compare.compare, name="compare_policies"),
    path(f"{_PAYER}simulator/", simulator.simulator, name="simulator"),
    path(f"{_PAYER}rates/", fees.new_rate, name="new_rate"),
    path(f"{_PAYER}exceptions/", policies_overrides.overrides, name="overrides"),
    path(
        f"{_PAYER}exceptions/episodes/<int:episode>/",
        policies_overrides.new_override,
        name="new_override",
    ),
    path(
        f"{_PAYER}exceptions/<int:override>/end/",
        policies_overrides.stop_override,
        name="end_override",
    ),
    path(_VERSION, policies.policy, name="policy"),
    path(f"{_VERSION}publish/", policies.publish, name="publish_policy"),
    path(f"{_VERSION}discard/", policies.discard, name="discard_draft"),
    path(f"{_VERSION}copy/", policies.copy, name="copy_policy"),
    path(f"{_VERSION}restore/", policies.restore, name="restore_policy"),
    path(f"{_VERSION}cases/", policies_cases.save, name="save_case"),
    path(f"{_VERSION}cases/<int:case>/accept/", policies_cases.accept, name="accept_case"),
    path(f"{_VERSION}cases/<int:case>/retire/", policies_cases.retire, name="retire_case"),
    path(f"{_VERSION}replay/", policies_replay.replay_page, name="replay"),
    path(f"{_VERSION}replay/stream/", policies_replay.replay_stream, name="replay_stream"),
    path(f"{_VERSION}replay/<uuid:visit_id>/", policies_replay.replay_visit, name="replay_visit"),
    path("fees/", fees.fees, name="fees"),
    path("fees/change/", fees.change, name="change_fees"),
    path("tables/", tables.tables, name="tables"),
    path("tables/upload/", tables.upload, name="upload_table"),
    path("tables/diagnoses/<int:pk>/accept/", tables.accept_release, name="accept_release"),
    path("tables/diagnoses/<int:pk>/discard/", tables.discard_release, name="discard_release"),
    path("tables/<int:pk>/accept/", tables.accept, name="accept_edition"),
    path("tables/<int:pk>/discard/", tables.discard, name="discard_edition"),
]
