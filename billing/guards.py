"""Database guards of the bill: charge sets, their lines and superbills stay as issued."""

from clinic.guards import DELETE, INSERT, UPDATE, Guard, append_only, register


def register_billing() -> None:
    register(append_only("billing_chargeset", "Charge sets"))
    register(append_only("billing_chargeline", "Charge lines"))
    register(append_only("billing_superbill", "Superbills"))
    sealed = (
        "(SELECT COUNT(*) FROM billing_chargeline l WHERE l.charge_set_id = NEW.charge_set_id) >= "
        "(SELECT s.line_count FROM billing_chargeset s WHERE s.id = NEW.charge_set_id)"
    )
    published = "OLD.status = 'published'"
    # A published version may only be given its last day, when the next one replaces it.
    rewritten = " OR ".join(
        f"OLD.{column} <> NEW.{column}"
        for column in (
            "payer_id", "version", "status", "preset", "starts_on", "source", "checked_on", "why",
            "backdating_reason",
        )
    )  # fmt: skip
    register(
        [
            Guard("billing_chargeline_sealed", "billing_chargeline", INSERT,
                  "This charge set is complete: no line can be added.", sealed),
            Guard("billing_payerpolicy_published_no_update", "billing_payerpolicy", UPDATE,
                  "A published policy version cannot be changed: publish the next one.",
                  f"{published} AND ({rewritten} OR OLD.ends_on IS NOT NULL "
                  "OR CAST(OLD.fields AS TEXT) <> CAST(NEW.fields AS TEXT) "
                  "OR CAST(OLD.facts AS TEXT) <> CAST(NEW.facts AS TEXT))"),
            Guard("billing_payerpolicy_published_no_delete", "billing_payerpolicy", DELETE,
                  "A published policy version cannot be deleted.", published),
        ]
    )  # fmt: skip
    register(_editions_in_force())
    register(_settings())


def _settings() -> list[Guard]:
    """What an admin settled stays on record: it is ended or retired, never rewritten."""
    override = "An exception for an episode cannot be rewritten: end it and make another."
    rewritten = " OR ".join(
        f"OLD.{column} <> NEW.{column}"
        for column in ("episode_id", "payer_id", "reason", "starts_on", "made_at", "made_by_id")
    )
    return [
        *append_only("billing_settingchange", "The history of settings"),
        Guard("billing_policyoverride_no_delete", "billing_policyoverride", DELETE, override),
        Guard("billing_policyoverride_no_update", "billing_policyoverride", UPDATE, override,
              f"{rewritten} OR OLD.ends_on IS NOT NULL "
              "OR CAST(OLD.fields AS TEXT) <> CAST(NEW.fields AS TEXT)"),
        Guard("billing_policycase_no_delete", "billing_policycase", DELETE,
              "A test case is retired, not deleted."),
    ]  # fmt: skip


def _editions_in_force() -> list[Guard]:
    """Bills rest on an accepted edition: it and its rows stay as they were accepted."""
    message = "An edition in force cannot be changed or deleted: import the next one."
    active = "(SELECT e.status FROM billing_editedition e WHERE e.id = OLD.edition_id) = 'active'"
    rows = [
        Guard(f"{table}_in_force_no_{event.lower()}", table, event, message, active)
        for table in ("billing_codepairedit", "billing_unitlimit", "billing_feereference")
        for event in (UPDATE, DELETE)
    ]
    return rows + [
        Guard(f"billing_editedition_in_force_no_{event.lower()}", "billing_editedition", event,
              message, "OLD.status = 'active'")
        for event in (UPDATE, DELETE)
    ]  # fmt: skip
