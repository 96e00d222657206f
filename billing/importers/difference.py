"""What an edition changes against the one before it, for a person to accept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from billing.importers.found import FeeRow, LimitRow, PairRow

Values = Mapping[str, str]


def difference(before: Values, after: Values, *, against: str) -> dict[str, object]:
    """Entries by what they are called, each with its value in words."""
    return {
        "against": against,
        "added": {key: after[key] for key in sorted(after.keys() - before.keys())},
        "deleted": {key: before[key] for key in sorted(before.keys() - after.keys())},
        "changed": {
            key: [before[key], after[key]]
            for key in sorted(before.keys() & after.keys())
            if before[key] != after[key]
        },
    }


def in_force(rows: Iterable[PairRow], on: date) -> dict[str, str]:
    """The pairs that count on a day: dates alone, and void rows, do not show in a difference."""
    return {
        f"{row.column1}/{row.column2}": f"indicator {row.indicator}"
        for row in rows
        if _counts(row, on)
    }


def doubled(rows: Iterable[PairRow], on: date) -> list[str]:
    """Two codes with more than one row in force on a day: an error of the published table."""
    times = Counter("/".join(sorted(row[:2])) for row in rows if _counts(row, on))
    return sorted(pair for pair, count in times.items() if count > 1)


def _counts(row: PairRow, on: date) -> bool:
    return (
        row.indicator != 9
        and (row.effective is None or row.effective <= on)
        and (row.deletion is None or on <= row.deletion)
    )


def limits(rows: Iterable[LimitRow]) -> dict[str, str]:
    return {row.code: f"{row.value} a day, MAI {row.mai}" for row in rows}


def fees(rows: Iterable[FeeRow]) -> dict[str, str]:
    return {
        row.code: f"${row.price_cents / 100:.2f}, status {row.status}, "
        f"multiple procedure {row.multiple_procedure}"
        for row in rows
    }


def in_words(changes: Mapping[str, object]) -> list[str]:
    """The report, line by line."""
    against = changes.get("against") or "no earlier edition"
    report = [f"Against {against}:"]
    for name in ("added", "deleted"):
        entries = changes[name]
        report.append(f"  {name}: {len(entries)}")
        report += [f"    {key} ({value})" for key, value in entries.items()]
    report.append(f"  changed: {len(changes['changed'])}")
    report += [f"    {key}: {old} -> {new}" for key, (old, new) in changes["changed"].items()]
    doubled = changes.get("doubled")
    if doubled:
        report.append(f"  listed twice, the stricter row counts: {', '.join(doubled)}")
    return report
