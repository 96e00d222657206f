"""What `collectstatic` serves instead of the plain modules: the same scripts, joined and small."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from clinic.static_files import StaticFiles, is_ours, joined

STATIC = Path(__file__).resolve().parents[2] / "static"
MODULES = {
    "js/chart.js": 'import { two } from "chart/b";\nconst one = two;\n',
    "js/chart/a.js": (
        'import { toast } from "app/toast";\nconst own = 1;\nexport const one = own;\n'
    ),
    "js/chart/b.js": (
        'import { one } from "chart/a";\nimport "chart/c";\nconst own = 2;\n'
        "export const two = one + own;\n"
    ),
    "js/chart/c.js": 'import { toast } from "app/toast";\ntoast("c");\n',
}


def test_modules_are_joined_in_the_order_they_need_each_other():
    text = joined("js/chart.js", MODULES.__getitem__)

    assert text.split() == [
        "import",
        "{",
        "toast",
        "}",
        "from",
        '"app/toast";',
        "const",
        "_chart_a",
        "=",
        "(()",
        "=>",
        "{",
        "const",
        "own",
        "=",
        "1;",
        "const",
        "one",
        "=",
        "own;",
        "return",
        "{",
        "one",
        "};",
        "})();",
        "const",
        "_chart_c",
        "=",
        "(()",
        "=>",
        "{",
        'toast("c");',
        "})();",
        "const",
        "_chart_b",
        "=",
        "(()",
        "=>",
        "{",
        "const",
        "{",
        "one",
        "}",
        "=",
        "_chart_a;",
        "const",
        "own",
        "=",
        "2;",
        "const",
        "two",
        "=",
        "one",
        "+",
        "own;",
        "return",
        "{",
        "two",
        "};",
        "})();",
        "const",
        "{",
        "two",
        "}",
        "=",
        "_chart_b;",
        "const",
        "one",
        "=",
        "two;",
    ]


@pytest.mark.parametrize("line", ["export { one, two };", 'export * from "chart/b";'])
def test_import_or_export_of_another_form_is_refused(line):
    modules = {"js/chart.js": f"const one = 1, two = 2;\n{line}\n"}

    with pytest.raises(ValueError) as refusal:
        joined("js/chart.js", modules.__getitem__)

    assert str(refusal.value) == "js/chart.js: write each import and export on a line of its own."


def test_charting_screen_names_no_module_of_its_own_once_joined():
    text = joined("js/chart.js", lambda name: (STATIC / name).read_text())

    assert 'from "chart/' not in text
    assert text.count("customElements.define(") == 1


def test_libraries_are_served_as_their_authors_made_them():
    names = ("vendor/htmx/htmx.min.js", "js/chart.js", "css/app.css", "img/handline.svg")

    assert [is_ours(name) for name in names] == [False, True, True, False]


def test_collecting_twice_serves_the_same_small_script(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    source = FileSystemStorage(STATIC)
    storage = StaticFiles(location=tmp_path)
    (tmp_path / "js").mkdir()
    paths = {name: (source, name) for name in ("js/theme.js", "js/dialog.js")}

    served = []
    for _ in range(2):
        list(storage.post_process(paths))
        served.append((tmp_path / storage.stored_name("js/dialog.js")).read_text())

    assert served[0] == served[1]
    assert len(served[0]) < len((STATIC / "js/dialog.js").read_text())
    assert (tmp_path / f"{storage.stored_name('js/dialog.js')}.br").exists()
