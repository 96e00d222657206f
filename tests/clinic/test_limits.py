"""T-F03: searches and files of one person are counted, and refused beyond a number."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import limits
from clinic.enums import Role
from clinic.models import AuditEvent
from clinic.services import audit


def done(user, action: str, times: int) -> None:
    for _ in range(times):
        audit.record(action, actor=user)


@pytest.mark.parametrize(
    ("name", "args", "action", "most"),
    [
        ("patients", [], "patients.searched", 120),
        ("audit_csv", [], "record.downloaded", 60),
        ("billing:report_file", ["units", "csv"], "audit.exported", 60),
        ("billing:claim_file", [1], "claims.downloaded", 60),
        ("disclosures_csv", [1], "report.exported", 60),
    ],
)
def test_T_F03_one_more_than_the_most_is_refused(in_practice, client_for, name, args, action, most):
    client, url = client_for(Role.ADMIN), reverse(name, args=args)
    done(client.user, action, most - 1)
    last = client.get(url)
    done(client.user, action, 1)

    refused = client.get(url)

    assert last.status_code in (200, 404)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert f"One person may do this {most} times" in refused.content.decode()
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.outcome, event.detail) == (
        "limit.refused",
        "denied",
        {"view": name},
    )


def test_T_F03_others_and_later_are_not_refused(in_practice, client_for, monkeypatch):
    busy, other = client_for(Role.ADMIN), client_for(Role.OFFICE)
    done(busy.user, "patients.searched", 120)
    url = reverse("patients")

    assert (busy.get(url).status_code, other.get(url).status_code) == (429, 200)
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(limits.timezone, "now", lambda: later)
    assert busy.get(url).status_code == 200
