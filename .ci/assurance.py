"""Write the table of docs/assurance.md: python .ci/assurance.py

Each requirement's test has an id. A test carries it in its own name (`test_T_X01_...`,
`test_x01_...`), or its file's first lines do, or `.ci/assurance.toml` names the test. What has
neither needs a reason there. Figures, dates and commands are written by hand above the table.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "assurance.md"
BEGIN, END = "<!-- table: python .ci/assurance.py -->", "<!-- end of table -->"
MOST = 3  # places named in one row
_DEF = re.compile(r"^def (test_\w+)", re.MULTILINE)


def listed() -> dict[str, dict]:
    return tomllib.loads((ROOT / ".ci" / "assurance.toml").read_text(encoding="utf-8"))


def files() -> list[Path]:
    places = ("tests", ".ci")
    return sorted(path for place in places for path in (ROOT / place).rglob("*") if _counts(path))


def _counts(path: Path) -> bool:
    return path.suffix == ".py" and path.name not in ("assurance.py", "test_assurance.py")


def places_of(key: str, texts: dict[str, str]) -> list[str]:
    """Where the id is carried: tests by their name, programs by their first lines."""
    found = []
    in_name = re.compile(rf"test_(?:T_)?{key}_|test_\w*_T_{key}_", re.IGNORECASE)
    by_full_id = re.compile(rf"\bT-{key}\b")
    in_head = re.compile(rf"[ ,]{key}[ ,.:]")
    for name, text in texts.items():
        named = [test for test in _DEF.findall(text) if in_name.search(f"{test}_")]
        if named:
            found.append(
                f"{name}::{named[0]}" + (f" and {len(named) - 1} more" if named[1:] else "")
            )
        elif by_full_id.search(text) or in_head.search("\n".join(text.splitlines()[:6])):
            found.append(name)
    return found


def table() -> str:
    texts = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in files()}
    rows = ["| Id | What must hold | When | Where, or why not |", "|---|---|---|---|"]
    for key, entry in listed().items():
        where = [*entry.get("tests", []), *places_of(key, texts)]
        told = "<br>".join(f"`{place}`" for place in dict.fromkeys(where[:MOST]))
        if why := entry.get("why", ""):
            told = f"{told}<br>{why}" if told else why
        rows.append(f"| {key} | {entry['what']} | {entry['when']} | {told or 'MISSING'} |")
    return "\n".join(rows)


def page() -> str:
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END, 1)[1]}"


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    missing = [row for row in table().splitlines() if row.endswith("MISSING |")]
    print("\n".join(missing) or "Every id has its test or its reason.")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
