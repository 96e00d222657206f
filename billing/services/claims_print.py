"""The claim form on paper: the visit's claim on the form's grid, at the printer's offsets."""

import json

from django.utils import timezone

from billing.claims import types
from billing.claims.form1500 import pages_of
from billing.claims.form1500_captions import CAPTIONS
from billing.claims.preflight import preflight
from billing.models import ChargeSet
from billing.services.claims import settings_of
from billing.services.claims_facts import claim_of, ground
from billing.services.desk_refresh import claim_in_force
from clinic.documents import canonical
from clinic.documents.grid import Mark, Offset, grid_pdf
from clinic.errors import NotAllowed


def claim_form_pdf(charge_set: ChargeSet, *, captions: bool) -> bytes:
    """As it was sent, or else as it would be; refused while the preflight finds a problem."""
    sent = claim_in_force(charge_set)
    if sent is not None:
        claim = canonical.from_json(types.Claim, json.dumps(sent.facts))
    elif charge_set.note.visit.coverage is None:
        raise NotAllowed("Without a plan there is no claim form: issue a superbill.")
    else:
        claim = claim_of(charge_set, number=charge_set.note.number.replace("-", ""))
        problems = preflight(claim, ground(timezone.localdate()))
        if problems:
            raise NotAllowed(problems[0].text)
    pages = [[Mark(c.line, c.column, c.text) for c in page.cells] for page in pages_of(claim)]
    settings = settings_of(charge_set.note.visit.practice)
    return grid_pdf(
        pages,
        offset=Offset(settings.form_right, settings.form_down),
        captions=[Mark(*caption) for caption in CAPTIONS] if captions else (),
    )
