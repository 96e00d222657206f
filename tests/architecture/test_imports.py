import pytest

from tests.architecture.tree import imports, name_of, python_files, roots

MAY_IMPORT = {"clinic": set(), "notes": {"clinic"}, "billing": {"clinic", "notes"}}
# The project's root lists all apps and addresses; it is no part of the foundation's code.
PROJECT_ROOT = {"clinic/settings.py", "clinic/urls.py"}


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_apps_depend_one_way(app):
    forbidden = MAY_IMPORT.keys() - MAY_IMPORT[app] - {app}

    found = {other: files - PROJECT_ROOT for other, files in roots(app).items()}

    assert {other: found[other] for other in forbidden if found.get(other)} == {}


def test_engine_knows_nothing_of_django():
    assert set(roots("billing/engine")) & {"django", "clinic", "notes"} == set()


def test_engine_imports_only_itself_from_billing():
    used = {
        name
        for path in python_files("billing/engine")
        for name in imports(path)
        if name.startswith("billing")
    }

    assert {name for name in used if not name.startswith("billing.engine")} == set()


def test_product_imports_nothing_from_the_tests():
    found = roots("clinic", "notes", "billing")

    assert {name: found[name] for name in ("tests", "pytest") if name in found} == {}


@pytest.mark.parametrize("app", MAY_IMPORT)
@pytest.mark.parametrize(
    ("layer", "above"),
    [
        ("models", ("views", "forms", "services", "queries", "lifecycle")),
        ("services", ("views", "forms")),
        ("forms", ("views",)),
    ],
)
def test_layers_import_downward(app, layer, above):
    upward = {
        f"{name_of(path)} imports {name}"
        for path in python_files(f"{app}/{layer}")
        for name in imports(path)
        if name.startswith(tuple(f"{a}.{u}" for a in MAY_IMPORT for u in above))
    }

    assert upward == set()
