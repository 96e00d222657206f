"""Markup in ten kinds of text, and the pages that show them: nothing runs. T-X01, T-H03."""

from functools import partial

import pytest

from clinic.models import Practice
from tests.browser.test_every_page import _in_a_thread
from tests.clinic.world import make_world
from tests.soak.markup import Tally, visit

# Names of patients, payers, clinicians, techniques, regions; texts of notes, blocks, episodes;
# members' numbers, alerts.
SHOWN = {"patient", "patients", "notes:chart", "notes:day", "notes:signed_note", "notes:worklist",
         "audit", "notes:vocabulary", "billing:superbills", "billing:payers"}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "payload", ["<img src=x onerror=alert(1)>", '"><svg/onload=alert(1)> x="'], ids=["tag", "quote"]
)
def test_T_X01_markup_in_ten_kinds_of_text_never_runs(browser, server, payload):
    world = _in_a_thread(partial(make_world, payload))
    tally = Tally()

    visit(browser, server.url, world, tally, names=SHOWN)

    assert Practice.objects.filter(name__contains=payload).exists()
    assert tally.pages >= 6
    assert (tally.executed, tally.reported) == ([], [])
