"""docs/deploy.md tells of every variable that is read, once, and of no other."""

import re
from collections import Counter

from tests.architecture.tree import APPS, ROOT, python_files

READ = re.compile(r'"(HANDLINE_[A-Z0-9_]+)"')


def told() -> Counter[str]:
    """The variables of the table of settings; `_PORT` behind `A_HOST` is A_PORT."""
    found, begins = Counter(), ""
    for line in (ROOT / "docs/deploy.md").read_text(encoding="utf-8").splitlines():
        for name in re.findall(r"`(\w+)`", line.split("|")[1]) if line.startswith("| `") else ():
            if name.startswith("_"):
                found[begins + name] += 1
            else:
                begins = name.rpartition("_")[0]
                found[name] += 1
    return Counter({name: times for name, times in found.items() if name.startswith("HANDLINE_")})


def test_every_setting_is_told_once():
    read = {
        name
        for path in python_files(*APPS)
        for name in READ.findall(path.read_text(encoding="utf-8"))
    }

    assert len(read) > 30
    assert told() == Counter(read)
