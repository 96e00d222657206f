import ast

from tests.architecture.tree import APPS, name_of, python_files, syntax, templates

LONGEST_FILE = 500
LONG_FUNCTION = 50
SHARE_OF_LONG_FUNCTIONS = 0.03


def test_no_file_is_over_500_lines():
    files = [*python_files(*APPS, "tests", ".ci"), *templates()]

    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}

    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_few_functions_are_over_50_lines():
    lengths = {
        f"{name_of(path)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in python_files(*APPS)
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    long = {name: n for name, n in lengths.items() if n > LONG_FUNCTION}

    assert len(long) <= SHARE_OF_LONG_FUNCTIONS * len(lengths), long
