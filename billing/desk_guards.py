"""Database guards of the desk: money and what was sent stay as they were."""

from clinic.guards import DELETE, UPDATE, Guard, append_only, register


def register_desk() -> None:
    for table, what in (
        ("billing_superbillvisit", "The visits of a superbill"),
        ("billing_payment", "Payments"),
        ("billing_ledgerentry", "Ledger entries"),
        ("billing_printevent", "Prints"),
        ("billing_incomingfile", "Files that came in"),
        ("billing_remittance", "Remittances"),
        ("billing_remittedclaim", "Remitted claims"),
        ("billing_jobfile", "Files of a batch"),
        ("billing_goodfaithestimate", "Estimates"),
        ("billing_medicareexception", "Recorded exceptions"),
    ):
        register(append_only(table, what))
    register(_sent())


def _sent() -> list[Guard]:
    """A file or claim that was written keeps its content; only its state moves on."""
    counter = "A control number never goes back."
    return [
        Guard("billing_claimfile_no_rewrite", "billing_claimfile", UPDATE,
              "A claim file stays as it was written.",
              "OLD.content <> NEW.content OR OLD.control <> NEW.control"),
        Guard("billing_claimfile_no_delete", "billing_claimfile", DELETE,
              "A claim file cannot be deleted."),
        Guard("billing_claim_no_rewrite", "billing_claim", UPDATE,
              "A claim stays as it was made: replace or void it.",
              "OLD.number <> NEW.number OR OLD.total_cents <> NEW.total_cents "
              "OR CAST(OLD.facts AS TEXT) <> CAST(NEW.facts AS TEXT)"),
        Guard("billing_claim_no_delete", "billing_claim", DELETE, "A claim cannot be deleted."),
        Guard("billing_claimcounter_only_up", "billing_claimcounter", UPDATE, counter,
              "NEW.last <= OLD.last"),
        Guard("billing_claimcounter_no_delete", "billing_claimcounter", DELETE, counter),
    ]  # fmt: skip
