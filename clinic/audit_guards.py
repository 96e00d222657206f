"""Database guards of the audit trail: an event that does not follow the last one stays out."""

from clinic.guards import INSERT, Guard, append_only, register

_BEFORE = (
    "(SELECT a.hash FROM clinic_auditevent a "
    "WHERE a.practice_id = NEW.practice_id AND a.seq = NEW.seq - 1)"
)


def register_audit() -> None:
    register(
        [
            Guard(
                "clinic_auditevent_follows_the_last",
                "clinic_auditevent",
                INSERT,
                "An audit event follows the last one of its practice.",
                "NEW.seq < 1 OR (NEW.practice_id IS NOT NULL AND NEW.prev_hash <> "
                f"COALESCE({_BEFORE}, CASE WHEN NEW.seq = 1 THEN '' ELSE '?' END))",
            )
        ]
    )
    register(append_only("clinic_disclosure", "Recorded disclosures"))
    register(append_only("clinic_anomalyreview", "Reviews of anomalies"))
