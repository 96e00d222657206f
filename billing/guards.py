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
        for column in ("payer_id", "version", "status", "preset", "starts_on", "source")
    )
    register(
        [
            Guard("billing_chargeline_sealed", "billing_chargeline", INSERT,
                  "This charge set is complete: no line can be added.", sealed),
            Guard("billing_payerpolicy_published_no_update", "billing_payerpolicy", UPDATE,
                  "A published policy version cannot be changed: publish the next one.",
                  f"{published} AND ({rewritten} OR OLD.ends_on IS NOT NULL "
                  "OR CAST(OLD.fields AS TEXT) <> CAST(NEW.fields AS TEXT))"),
            Guard("billing_payerpolicy_published_no_delete", "billing_payerpolicy", DELETE,
                  "A published policy version cannot be deleted.", published),
        ]
    )  # fmt: skip
