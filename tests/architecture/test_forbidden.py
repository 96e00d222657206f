"""What our code never does, each with its reason. T-L04.

Ruff's security rules (S) run in `make lint`; these are the ones that know Handline.
"""

import ast
import re
from functools import cache

import pytest

from tests.architecture.tree import APPS, ROOT, name_of, nodes, python_files, templates

# A call by its last name -> the files that may, each reviewed for the reason in the comment.
CALLS = {
    # Markup comes from templates, which escape. These two pass on drawings of our own, whose
    # words clinic/documents escapes where it puts them in.
    "mark_safe": {"clinic/documents/pages/note.py", "notes/views/flowsheet.py"},
    "SafeString": set(),
    "raw": set(),  # SQL with text in it
    "RawSQL": set(),
    "extra": set(),
    "eval": set(),
    "exec": set(),
    "system": set(),
    "popen": set(),
}
IMPORTS = {"pickle", "marshal", "shelve", "xml.sax", "telnetlib", "ftplib"}
# Tables whose rows the database keeps as they were: bulk writes would only fail, or worse.
GUARDED = {"AuditEvent", "StoredDocument", "DocumentWithdrawal", "Signature", "CoSignature",
           "Addendum", "ChargeLine", "ChargeSet"}  # fmt: skip
# Reads past the practice's scope: commands and checks that serve the whole installation.
UNSCOPED = {"_base_manager", "unscoped", "every_practice"}


@cache
def code() -> tuple[tuple[str, tuple[ast.AST, ...]], ...]:
    return tuple((name_of(path), nodes(path)) for path in python_files(*APPS))


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Each call: the file, the last name of what is called, the call."""
    return tuple(
        (file, getattr(node.func, "attr", "") or getattr(node.func, "id", ""), node)
        for file, found in code()
        for node in found
        if isinstance(node, ast.Call)
    )


@pytest.mark.parametrize("name", CALLS)
def test_T_L04_dangerous_call_is_made_nowhere(name):
    found = {file for file, called, _ in calls() if called == name}

    assert found - CALLS[name] == set()


# Checked after all, by the view inside, once its upload has got its limit.
EXEMPT = {"clinic/views/verify.py"}


def test_T_L04_no_view_is_exempt_from_the_check_of_forged_requests():
    found = {
        file
        for file, tree in code()
        for node in tree
        if getattr(node, "id", "") == "csrf_exempt" or getattr(node, "attr", "") == "csrf_exempt"
    }

    assert found == EXEMPT


def test_T_L04_no_program_is_started_through_a_shell():
    through_shell = {
        f"{file}:{node.lineno}"
        for file, _, node in calls()
        for word in node.keywords
        if word.arg == "shell"
        and not (isinstance(word.value, ast.Constant) and not word.value.value)
    }

    assert through_shell == set()


def test_T_L04_nothing_is_unpacked_that_could_run():
    found = {
        f"{file}: {alias}"
        for file, tree in code()
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
        if alias in IMPORTS
    }

    assert found == set()


def test_T_L04_forms_name_their_fields():
    found = {
        f"{file}:{node.lineno}"
        for file, tree in code()
        for node in tree
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", "") in ("fields", "exclude") for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
    }

    assert found == set()


def test_T_L04_rows_that_stay_are_never_written_in_bulk():
    found = {
        f"{file}:{node.lineno}"
        for file, called, node in calls()
        if called in ("update", "bulk_update", "delete") and first_name(node.func) in GUARDED
    }

    assert found == set()


def first_name(node: ast.AST) -> str:
    """`AuditEvent.objects.filter(...).update` -> AuditEvent."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return getattr(node, "id", "")


def test_T_L04_views_and_forms_stay_inside_the_practice():
    found = {
        f"{file}: {name}"
        for file, tree in code()
        if "/views/" in file or "/forms/" in file
        for node in tree
        for name in [getattr(node, "attr", "") or getattr(node, "id", "")]
        if name in UNSCOPED
    }

    assert found - REVIEWED == set()


# A link that anybody may hold says of which practice it is; its view opens that scope itself.
REVIEWED = {"clinic/views/verify.py: every_practice"}


def test_T_L04_no_request_is_spread_into_a_query():
    """`filter(**request.GET)` lets the caller choose the columns."""
    found = {
        f"{file}:{node.lineno}"
        for file, called, node in calls()
        if called in ("filter", "exclude", "annotate", "order_by", "get", "update", "create")
        for word in node.keywords
        if word.arg is None
        and re.search(r"\b(GET|POST|cookies|COOKIES)\b", ast.unparse(word.value))
    }

    assert found == set()


def test_T_L04_templates_escape():
    telling = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off")

    found = {name_of(p) for p in templates() if telling.search(p.read_text(encoding="utf-8"))}
    assert found - DRAWINGS == set()


# The figures of a document, drawn by clinic/documents, which escapes the words in them.
DRAWINGS = {"templates/pdf/note.html", "templates/pdf/_partials/signature.html"}


# Markup from our own server, escaped there, put in whole; never text put together here.
WRITES_MARKUP = {"static/js/chart.js", "static/js/chart/panel.js", "static/js/policies.js"}


def test_T_L04_scripts_write_text_not_markup():
    telling = re.compile(
        r"\.(innerHTML|outerHTML)\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function\("
    )
    scripts = [p for p in (ROOT / "static").rglob("*.js") if "vendor" not in p.parts]

    assert scripts
    found = {name_of(p) for p in scripts if telling.search(p.read_text(encoding="utf-8"))}
    assert found - WRITES_MARKUP == set()


SILENCED = re.compile(r"#\s*(noqa(?::\s*[A-Z]+\d+)?|type: ignore(?:\[[\w-]+\])?|nosec)(.*)")


def test_T_L04_whatever_is_silenced_says_why():
    """A blanket noqa, or one without a reason behind its rule, is found."""
    found = {
        f"{name_of(path)}:{number}"
        for path in python_files(*APPS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (silenced := SILENCED.search(line)) and not re.search(r"[a-z]{2}", silenced[2])
    }

    assert found == set()
