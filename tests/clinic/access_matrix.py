"""Who may reach which address, and what it answers: written by hand, not read from the code.

A new address needs a row here, or tests/clinic/test_access.py fails:

    "app:name": Address("kind of object in its URL", GET=to(ROLES), POST=to(ROLES, 302)),

A method that is not named answers 405. Roles that are not named get 403 and leave one
``access.denied`` in the trail; objects of another practice, or out of reach, get 404.
`kind` is a key of tests/clinic/world.py, which also holds what a POST carries (a form without
anything useful where it names none). ``quiet`` marks answers that show no data and are not
recorded; ``keeps`` names tables that a GET may write besides the trail; ``events`` is how many
acts one GET is, where it is more than one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clinic.enums import Role

THERAPIST, ASSISTANT, OFFICE, ADMIN = Role.THERAPIST, Role.ASSISTANT, Role.OFFICE, Role.ADMIN
EVERYONE = (THERAPIST, ASSISTANT, OFFICE, ADMIN)
CLINICAL = (THERAPIST, ASSISTANT)
READS_SIGNED = (THERAPIST, ASSISTANT, OFFICE)
DESK = (OFFICE, ADMIN)
REGISTERS = (THERAPIST, OFFICE, ADMIN)
PAPERS = (THERAPIST, OFFICE)
REVIEWS = (THERAPIST, ADMIN)
LOGIN = 302  # anonymous: to the sign-in page


@dataclass(frozen=True)
class To:
    """The roles that may, and the status that each of them gets."""

    roles: Mapping[Role, int]
    quiet: bool = False
    keeps: frozenset[str] = frozenset()
    events: int = 1


def to(
    roles, status: int = 200, *, quiet: bool = False, keeps=(), events: int = 1, **differs: int
) -> To:
    answers = {role: differs.get(role.value, status) for role in roles}
    return To(answers, quiet, frozenset(keeps), events)


@dataclass(frozen=True)
class Address:
    kind: str | None = None
    GET: To | None = None
    POST: To | None = None
    anonymous: Mapping[str, int] = field(default_factory=lambda: {"GET": LOGIN, "POST": LOGIN})
    public: bool = False  # anybody who holds the link, of whichever practice


def account(get: int, post: int, *, anonymous: tuple[int, int], keeps=()) -> Address:
    """allauth's pages: one's own account, for every role alike."""
    return Address(
        GET=to(EVERYONE, get, quiet=True, keeps=keeps),
        POST=to(EVERYONE, post, quiet=True),
        anonymous=dict(zip(("GET", "POST"), anonymous, strict=True)),
    )


MATRIX: dict[str, Address] = {
    # --- the foundation ---------------------------------------------------------------
    "home": Address(GET=to(EVERYONE, 302, quiet=True)),
    "set_theme": Address(POST=to(EVERYONE, 302, quiet=True)),
    "healthz": Address(
        GET=to(EVERYONE, quiet=True), anonymous={"GET": 200, "POST": 405}, public=True
    ),
    "readyz": Address(
        GET=to(EVERYONE, quiet=True), anonymous={"GET": 200, "POST": 405}, public=True
    ),
    "health": Address(GET=to([ADMIN], quiet=True)),
    "health_count": Address(GET=to([ADMIN], quiet=True)),
    # the filter is only turned into an address, which is recorded when it is read
    "audit": Address(GET=to([ADMIN]), POST=to([ADMIN], 302, quiet=True)),
    "audit_csv": Address(GET=to([ADMIN])),
    "audit_anomalies": Address(GET=to([ADMIN])),
    "audit_review": Address(POST=to([ADMIN], 302, quiet=True)),  # names no anomaly
    "patient_looks": Address("patient", GET=to([ADMIN])),
    "patient_disclosures": Address("patient", GET=to(DESK), POST=to(DESK, 422)),
    "disclosures_csv": Address("patient", GET=to(DESK)),
    "styleguide": Address(GET=to(EVERYONE, quiet=True)),
    "verify_public": Address(
        "document", GET=to(EVERYONE, quiet=True), anonymous={"GET": 200, "POST": 405}, public=True
    ),
    "verify": Address(GET=to(EVERYONE), POST=to(EVERYONE, 422)),
    "root_certificate": Address(GET=to(EVERYONE)),
    "revocation_list": Address(
        "list", GET=to(EVERYONE, quiet=True), anonymous={"GET": 200, "POST": 405}, public=True
    ),
    "certificates": Address(GET=to([ADMIN])),
    "certificate_issue": Address(POST=to([ADMIN], 422)),
    "certificate_revoke": Address("certificate", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "clinician_left": Address("clinician who left", GET=to([ADMIN]), POST=to([ADMIN], 302)),
    # --- the practice's settings --------------------------------------------------------
    "practice": Address(GET=to([ADMIN])),
    "practice_details": Address(GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "location_new": Address(GET=to([ADMIN], quiet=True), POST=to([ADMIN], 422)),
    "location": Address("location", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "clinician_new": Address(GET=to([ADMIN], quiet=True), POST=to([ADMIN], 422)),
    "clinician": Address("clinician", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    # --- patients ---------------------------------------------------------------------
    "patients": Address(GET=to(EVERYONE)),
    "patient_new": Address(GET=to(REGISTERS, quiet=True), POST=to(REGISTERS, 422)),
    # the therapist is named for emergency access, the assistant is not
    "emergency": Address(
        GET=to(CLINICAL, quiet=True, assistant=403), POST=to(CLINICAL, 422, assistant=403)
    ),
    "emergency_holders": Address(GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "emergency_holder_strike": Address("holder", POST=to([ADMIN], 302)),
    "patient": Address("patient", GET=to(EVERYONE)),
    "patient_edit": Address("patient", GET=to(REGISTERS), POST=to(REGISTERS, 422)),
    # a merge names its second record in the form: there is none
    "patient_merge": Address("patient", GET=to(DESK), POST=to(DESK, 404)),
    "patient_unmerge": Address("merge", POST=to(DESK, 302)),
    "coverage_add": Address("patient", POST=to(REGISTERS, 422)),
    "coverage": Address("card", GET=to(REGISTERS), POST=to(REGISTERS, 422)),
    "contact_add": Address("patient", POST=to(EVERYONE, 422)),
    "contact_remove": Address("contact", POST=to(EVERYONE, 302)),
    "alert_add": Address("patient", POST=to(EVERYONE, 422)),
    "alert_end": Address("alert", GET=to(REGISTERS), POST=to(REGISTERS, 422)),
    "consent_add": Address("patient", POST=to(EVERYONE, 422)),
    "consent_withdraw": Address("consent", POST=to(REGISTERS, 302)),
    "file_upload": Address("patient", POST=to(EVERYONE, 422)),
    "file_download": Address("file", GET=to(EVERYONE)),
    "file_strike": Address("file", POST=to(REGISTERS, 302)),
    # --- accounts (allauth) -----------------------------------------------------------
    "account_login": account(302, 302, anonymous=(200, 200)),
    "account_logout": account(200, 302, anonymous=(302, 302)),
    "account_signup": account(302, 302, anonymous=(200, 200)),
    "account_inactive": account(200, 405, anonymous=(200, 405)),
    "account_reauthenticate": account(200, 200, anonymous=(LOGIN, LOGIN)),
    "account_email": account(200, 302, anonymous=(LOGIN, LOGIN), keeps=["account_emailaddress"]),
    "account_email_verification_sent": account(200, 405, anonymous=(200, 405)),
    "account_change_password": account(200, 200, anonymous=(LOGIN, LOGIN)),
    "account_set_password": account(302, 302, anonymous=(LOGIN, LOGIN)),
    "account_reset_password": account(200, 200, anonymous=(200, 200)),
    "account_reset_password_done": account(200, 405, anonymous=(200, 405)),
    "account_reset_password_from_key": account(
        200, 200, anonymous=(200, 200), keeps=["account_emailaddress"]
    ),
    "account_reset_password_from_key_done": account(200, 405, anonymous=(200, 405)),
    "account_confirm_login_code": account(302, 302, anonymous=(LOGIN, LOGIN)),
    "account_confirm_email": account(200, 404, anonymous=(200, 404)),
    "mfa_index": account(200, 405, anonymous=(LOGIN, LOGIN)),
    "mfa_authenticate": account(302, 302, anonymous=(LOGIN, LOGIN)),
    "mfa_reauthenticate": account(302, 302, anonymous=(LOGIN, LOGIN)),
    "mfa_activate_totp": account(200, 200, anonymous=(LOGIN, LOGIN)),
    "mfa_deactivate_totp": account(404, 404, anonymous=(LOGIN, LOGIN)),
    "mfa_view_recovery_codes": account(404, 405, anonymous=(LOGIN, LOGIN)),
    "mfa_generate_recovery_codes": account(200, 200, anonymous=(LOGIN, LOGIN)),
    "mfa_download_recovery_codes": account(404, 404, anonymous=(LOGIN, LOGIN)),
    "mfa_list_webauthn": account(200, 405, anonymous=(LOGIN, LOGIN)),
    "mfa_add_webauthn": account(200, 200, anonymous=(LOGIN, LOGIN)),
    "mfa_reauthenticate_webauthn": account(302, 302, anonymous=(LOGIN, LOGIN)),
    "mfa_login_webauthn": account(302, 302, anonymous=(302, 302)),
    "mfa_remove_webauthn": account(404, 404, anonymous=(LOGIN, LOGIN)),
    "mfa_edit_webauthn": account(404, 404, anonymous=(LOGIN, LOGIN)),
    "invitation": Address(
        GET=to(EVERYONE, 404, quiet=True),
        POST=to(EVERYONE, 404, quiet=True),
        anonymous={"GET": 404, "POST": 404},
        public=True,
    ),
    "set_up": Address(
        GET=to(EVERYONE, 404, quiet=True),
        POST=to(EVERYONE, 404, quiet=True),
        anonymous={"GET": 404, "POST": 404},
        public=True,
    ),
    "users": Address(GET=to([ADMIN])),
    "user_invite": Address(GET=to([ADMIN], quiet=True), POST=to([ADMIN], 422)),
    "invitation_withdraw": Address("invitation", POST=to([ADMIN], 302)),
    "factor_resets": Address(GET=to(DESK)),
    "factor_reset": Address("factor reset", POST=to(DESK, 302, quiet=True)),
    "factor_reset_withdraw": Address("factor reset", POST=to(DESK, 302)),
    "user": Address("colleague", GET=to([ADMIN])),
    "user_role": Address("colleague", POST=to([ADMIN], 302)),
    "user_deactivate": Address("colleague", POST=to([ADMIN], 302)),
    "user_reactivate": Address("colleague", POST=to([ADMIN], 302, quiet=True)),
    "user_end_sessions": Address("colleague", POST=to([ADMIN], 302)),
    "user_try_again": Address("colleague", POST=to([ADMIN], 302)),
    "user_factor_reset": Address("colleague", POST=to([ADMIN], 302, quiet=True)),
    "own_sign_ins": Address(GET=to(EVERYONE)),
    "end_other_sign_ins": Address(POST=to(EVERYONE, 302)),
    "end_sign_in": Address(POST=to(EVERYONE, 404)),
    "session_state": Address(
        GET=to(EVERYONE, quiet=True), anonymous={"GET": 200, "POST": 405}, public=True
    ),
    "session_stay": Address(POST=to(EVERYONE, 204, quiet=True)),
    "passkey_options": Address(GET=to(EVERYONE, quiet=True)),
    "session_lock": Address(POST=to(EVERYONE, 302)),
    # --- the clinical record ----------------------------------------------------------
    "notes:day": Address(GET=to(EVERYONE)),
    # the chart is seen, and the key of the device's unsent edits is handed out
    "notes:chart": Address("draft", GET=to(CLINICAL, keeps=["notes_devicesecret"], events=2)),
    "notes:start": Address("booked", POST=to(CLINICAL, 302)),
    "notes:save_block": Address("draft", POST=to(CLINICAL, 302)),
    "notes:delete_block": Address("draft", POST=to(CLINICAL, 302)),
    "notes:save_procedure": Address("draft", POST=to(CLINICAL, 302)),
    "notes:delete_procedure": Address("draft", POST=to(CLINICAL, 302)),
    "notes:save_text": Address("draft", POST=to(CLINICAL, 302)),
    "notes:ops": Address("draft", POST=to(CLINICAL, 422, quiet=True)),
    "notes:state": Address("draft", GET=to(CLINICAL)),
    "notes:read_line": Address("draft", POST=to(CLINICAL)),
    "notes:keep_template": Address("draft", POST=to(CLINICAL, 422)),
    "notes:keep_snippet": Address("draft", POST=to(CLINICAL, 422)),
    "notes:device_key": Address(GET=to(CLINICAL, keeps=["notes_devicesecret"])),
    # the assistant is not the author
    "notes:sign": Address("draft", GET=to(CLINICAL), POST=to(CLINICAL, 302, assistant=422)),
    "notes:draft_pdf": Address("draft", GET=to(CLINICAL)),
    "notes:note": Address("signed", GET=to(READS_SIGNED)),
    "notes:note_pdf": Address("signed", GET=to(READS_SIGNED)),
    "notes:addendum": Address("signed", POST=to(CLINICAL, 302)),
    "notes:vocabulary": Address(GET=to([ADMIN])),
    "notes:technique": Address("technique", GET=to([ADMIN]), POST=to([ADMIN], 302)),
    "notes:region": Address("region", GET=to([ADMIN]), POST=to([ADMIN], 302)),
    # --- episodes ---------------------------------------------------------------------
    "notes:patient_episodes": Address("patient", GET=to(EVERYONE)),
    "notes:episode_new": Address("patient", GET=to(PAPERS), POST=to(PAPERS, 422)),
    "notes:episode": Address("problem", GET=to(EVERYONE)),
    "notes:episode_edit": Address("problem", GET=to(PAPERS), POST=to(PAPERS, 422)),
    "notes:discharge": Address("problem", GET=to([THERAPIST]), POST=to([THERAPIST], 422)),
    "notes:reopen": Address("problem", POST=to([THERAPIST], 302, quiet=True)),  # it is open
    "notes:diagnosis": Address("problem", POST=to([THERAPIST], 404)),  # no such act
    "notes:diagnosis_search": Address("problem", GET=to(CLINICAL, quiet=True)),
    "notes:order_new": Address("problem", GET=to(PAPERS), POST=to(PAPERS, 422)),
    "notes:authorization_new": Address("problem", GET=to(PAPERS), POST=to(PAPERS, 422)),
    "notes:lymphedema": Address("problem", GET=to([THERAPIST]), POST=to([THERAPIST], 422)),
    "notes:plan_new": Address("problem", GET=to([THERAPIST]), POST=to([THERAPIST], 422)),
    "notes:certify": Address("plan", GET=to(PAPERS), POST=to(PAPERS, 422)),
    "notes:goal_new": Address("problem", GET=to([THERAPIST]), POST=to([THERAPIST], 422)),
    "notes:goal_settle": Address("goal", GET=to([THERAPIST]), POST=to([THERAPIST], 422)),
    "notes:plan_sign": Address("plan", GET=to([THERAPIST]), POST=to([THERAPIST], 302, quiet=True)),
    "notes:plan_pdf": Address("signed plan", GET=to(EVERYONE)),
    "notes:progress_pdf": Address("report", GET=to(EVERYONE)),
    "notes:progress_new": Address("problem", GET=to([THERAPIST]), POST=to([THERAPIST], 422)),
    "notes:progress": Address("report", GET=to(EVERYONE)),
    "notes:flowsheet": Address("problem", GET=to(EVERYONE)),
    # --- the visit's record, reviews, the schedule ------------------------------------
    "notes:visit_record": Address("draft", GET=to(CLINICAL)),
    "notes:measure": Address("draft", POST=to(CLINICAL, 422)),
    "notes:finding": Address("draft", POST=to(CLINICAL, 422)),
    "notes:purpose": Address("draft", POST=to(CLINICAL, 302, quiet=True)),
    "notes:answer_alert": Address("draft", POST=to(CLINICAL, 302, quiet=True)),
    "notes:remove_measure": Address("draft", POST=to(CLINICAL, 404)),  # names no measure
    "notes:supervision": Address("draft", POST=to(CLINICAL, 422)),
    "notes:score": Address("score", GET=to(CLINICAL), POST=to(CLINICAL, 422)),
    "notes:review": Address("signed", GET=to(EVERYONE)),
    # nobody has asked for this co-signature, and an assistant settles no remark: told, not done
    "notes:cosign": Address("signed", POST=to([THERAPIST], 422, quiet=True)),
    "notes:remark": Address("signed", POST=to(REVIEWS, 302)),
    "notes:settle_remark": Address("remark", POST=to((*CLINICAL, ADMIN), 302, quiet=True)),
    "notes:amendments": Address("patient", GET=to(REGISTERS), POST=to(REGISTERS, 422)),
    # no act is named: the page again
    "notes:amendment": Address("amendment", GET=to(REGISTERS), POST=to(REGISTERS, 422)),
    "notes:amendment_letter": Address("amendment", GET=to(REGISTERS)),
    "notes:cosign_queue": Address(GET=to([THERAPIST])),
    "notes:schedule": Address(GET=to(EVERYONE)),
    "notes:book": Address(GET=to(EVERYONE), POST=to(EVERYONE, 302, quiet=True)),
    "notes:booking": Address("booked", GET=to(EVERYONE), POST=to(EVERYONE, 302)),
    "notes:calendar": Address(GET=to(CLINICAL), POST=to(CLINICAL)),
    "notes:calendar_feed": Address(
        "feed", GET=to(EVERYONE, quiet=True), anonymous={"GET": 200, "POST": 405}, public=True
    ),
    # --- the bill ---------------------------------------------------------------------
    "notes:imports": Address(GET=to(DESK), POST=to(DESK, 422)),
    "notes:import": Address("import", GET=to(DESK)),
    "notes:import_act": Address("import", POST=to(DESK, 404)),  # names no act
    "notes:import_rejects": Address("import", GET=to(DESK)),
    "notes:exports": Address(GET=to([ADMIN]), POST=to([ADMIN], 302)),
    "notes:patient_export": Address("patient", GET=to(DESK), POST=to(DESK, 302)),
    # an export is found by who asked for it: the admin
    "notes:export": Address("export", GET=to(DESK, office=404)),
    "notes:export_download": Address("export", GET=to(DESK, office=404, keeps=["notes_exportjob"])),
    "billing:worklist": Address(GET=to(EVERYONE)),
    "billing:worklist_count": Address(GET=to(EVERYONE, quiet=True)),
    "billing:own_review": Address(GET=to(REVIEWS)),
    "billing:charges": Address("signed", GET=to(READS_SIGNED)),
    "billing:superbills": Address(GET=to(DESK)),
    "billing:superbill": Address("signed", GET=to(DESK)),
    "billing:issue_superbill": Address("signed", POST=to(DESK, 302)),
    "billing:superbill_pdf": Address("billed", GET=to(DESK)),
    "billing:superbill_preview": Address("signed", GET=to(DESK)),
    "billing:print_superbill": Address("billed", POST=to(DESK, 302)),
    "billing:void_superbill": Address("bill", POST=to(DESK, 302)),
    "billing:return_visit": Address("signed", POST=to(DESK, 302)),
    "billing:medicare_exception": Address("signed", POST=to(DESK, 302, quiet=True)),
    "billing:lower_charge": Address("signed", POST=to(DESK, 302, quiet=True)),
    "billing:statement": Address("signed", POST=to(DESK, 302, quiet=True)),
    "billing:appeal": Address("signed", POST=to(DESK, 302)),
    "billing:claim_secondary": Address("signed", POST=to(DESK, 404)),
    "billing:claim_form": Address(
        "signed", GET=to(DESK, 302, quiet=True, keeps=["django_session"])
    ),
    "billing:returned": Address(GET=to(CLINICAL)),
    "billing:answer_return": Address("return", POST=to(CLINICAL, 302, assistant=404)),
    "billing:account": Address("account", GET=to(DESK)),
    "billing:take_payment": Address("account", POST=to(DESK, 302)),
    "billing:refund": Address("account", POST=to(DESK, 302, quiet=True)),
    "billing:account_statement": Address("account", POST=to(DESK, 302, quiet=True)),
    "billing:period_superbill": Address("account", POST=to(DESK, 302, quiet=True)),
    "billing:reverse_payment": Address("payment", POST=to(DESK, 302, quiet=True)),
    "billing:receipt": Address("payment", POST=to(DESK, 302)),
    "billing:estimate": Address("course", POST=to(DESK, 302, quiet=True)),
    "billing:desk_document": Address("paper", GET=to(DESK)),
    "billing:day_sheet": Address(GET=to(DESK)),
    "billing:day_sheet_file": Address(GET=to(DESK)),
    "billing:claims": Address(GET=to(DESK)),
    "billing:make_claim_file": Address(POST=to(DESK, 302, quiet=True)),
    "billing:claim_file": Address("claim file", GET=to(DESK)),
    "billing:drop_claim_file": Address("claim file", POST=to(DESK, 302, quiet=True)),
    "billing:correct_claim": Address("claim", POST=to(DESK, 302, quiet=True)),
    "billing:claim_settings": Address(GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "billing:claim_details": Address("coverage", GET=to(DESK), POST=to(DESK, 422)),
    "billing:claim_marks": Address("signed", GET=to(DESK), POST=to(DESK, 422)),
    "billing:remittances": Address(GET=to(DESK)),
    "billing:upload_remittance": Address(POST=to(DESK, 302, quiet=True)),
    "billing:look_for_files": Address(POST=to(DESK, 302, quiet=True)),
    "billing:remittance": Address("remittance", GET=to(DESK)),
    "billing:batches": Address(GET=to(DESK)),
    "billing:estimates": Address(GET=to(DESK)),
    "billing:print_batch": Address(POST=to(DESK, 302, quiet=True)),
    "billing:batch": Address("batch", GET=to(DESK)),
    "billing:cancel_batch": Address("batch", POST=to(DESK, 302)),
    "billing:batch_pdf": Address("printed batch", GET=to(DESK)),
    "billing:batch_zip": Address("printed batch", GET=to(DESK)),
    "billing:reports": Address(GET=to(DESK)),
    "billing:report": Address(GET=to(DESK)),
    "billing:report_file": Address(GET=to(DESK)),
    # --- payers, their rules, fees and tables -----------------------------------------
    "billing:payers": Address(GET=to([ADMIN])),
    "billing:new_payer": Address(GET=to([ADMIN]), POST=to([ADMIN], 302)),
    "billing:settings_history": Address(GET=to([ADMIN])),
    "billing:payer": Address("payer", GET=to([ADMIN])),
    "billing:edit_payer": Address("payer", GET=to([ADMIN]), POST=to([ADMIN], 302)),
    "billing:payer_history": Address("payer", GET=to([ADMIN])),
    "billing:start_draft": Address("payer", POST=to([ADMIN], 422)),
    "billing:compare_policies": Address("payer", GET=to([ADMIN])),
    "billing:simulator": Address("payer", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "billing:new_rate": Address("payer", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "billing:overrides": Address("payer", GET=to([ADMIN])),
    "billing:new_override": Address("episode", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "billing:end_override": Address("override", POST=to([ADMIN], 302)),
    "billing:policy": Address("version", GET=to([ADMIN]), POST=to([ADMIN], 422)),
    "billing:publish_policy": Address("draft version", POST=to([ADMIN], 422)),
    "billing:discard_draft": Address("draft version", POST=to([ADMIN], 302)),
    "billing:copy_policy": Address("version", POST=to([ADMIN], 422)),
    "billing:restore_policy": Address("version", POST=to([ADMIN], 302, quiet=True)),
    "billing:save_case": Address("version", POST=to([ADMIN], 422)),
    "billing:accept_case": Address("case", POST=to([ADMIN], 302)),
    "billing:retire_case": Address("case", POST=to([ADMIN], 302)),
    "billing:replay": Address("version", GET=to([ADMIN])),
    "billing:replay_stream": Address("version", POST=to([ADMIN])),
    "billing:replay_visit": Address("replayed", GET=to([ADMIN])),
    "billing:fees": Address(GET=to([ADMIN])),
    "billing:change_fees": Address(POST=to([ADMIN], 422)),
    "billing:tables": Address(GET=to([ADMIN])),
    "billing:upload_table": Address(POST=to([ADMIN], 422)),
    "billing:accept_edition": Address(POST=to([ADMIN], 404)),  # no such edition
    "billing:discard_edition": Address(POST=to([ADMIN], 404)),
    "billing:accept_release": Address(POST=to([ADMIN], 404)),  # no such file waits
    "billing:discard_release": Address(POST=to([ADMIN], 404)),
}
