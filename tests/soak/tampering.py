"""1,000 random single-byte changes of an issued note: all must be refused by its signature alone.

    python -m tests.soak.tampering [CHANGES] [SEED]

The registry's hash would catch each; here it is told to know every file.
"""

import random
import sys
from datetime import UTC, datetime

from clinic.documents.sign import sign_pdf
from clinic.documents.verify import RegistryEntry
from tests.clinic.documents.conftest import INTENT, make_house
from tests.clinic.documents.golden import golden
from tests.clinic.documents.tampering import slipped_through


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    house = make_house()
    body = sign_pdf(golden("note-8"), signer=house.signer, intent=INTENT)
    now = datetime.now(UTC)
    entry = RegistryEntry("note", "SN-240000", 1, "issued", now, "Renata Oyelaran")
    chance = random.Random(seed)
    places = [(chance.randrange(len(body)), 1 << chance.randrange(8)) for _ in range(count)]

    slipped = slipped_through(body, places, trust=house.trust, registry=lambda _: entry, now=now)

    print(f"{count - len(slipped)} of {count} changes refused (seed {seed}); accepted: {slipped}")
    return 1 if slipped else 0


if __name__ == "__main__":
    sys.exit(main())
