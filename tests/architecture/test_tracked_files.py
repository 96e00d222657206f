import re

from tests.architecture.tree import name_of, tracked_files

# Written in two parts, so that this file does not find itself.
MACHINE_PATHS = re.compile("/(?:work" + r"|root" + r"|home/[a-z]\w*)/[\w.]")
REGISTRIES = re.compile(
    "pypi" + r"\.org|files.python" + "hosted|registry.npm" + "js|deb" + ".debian"
)
LARGEST = 1_000_000  # bytes


def texts():
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content:
            yield name_of(path), content.decode("utf-8")


def test_no_file_names_a_path_of_one_machine():
    assert [name for name, text in texts() if MACHINE_PATHS.search(text)] == []


def test_no_file_names_a_package_registry():
    assert [name for name, text in texts() if REGISTRIES.search(text)] == []


def test_no_file_is_large():
    assert [name_of(path) for path in tracked_files() if path.stat().st_size > LARGEST] == []


def test_no_data_or_secret_is_tracked():
    telling = (".sqlite3", ".pem", ".key", ".p12", ".pfx", ".env")

    assert [name_of(path) for path in tracked_files() if path.name.endswith(telling)] == []
