"""Independent readers of PDFs: poppler, qpdf, OpenSSL."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def run(*command: str, input: bytes | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(command, input=input, capture_output=True, check=False)


def need(program: str) -> None:
    """A developer may miss a tool; the full run (CI=1) may not."""
    if shutil.which(program) is None:
        assert not os.environ.get("CI"), f"{program} is missing"
        pytest.skip(f"{program} is not installed")


def text_of(body: bytes, folder: Path) -> str:
    need("pdftotext")
    path = folder / "read.pdf"
    path.write_bytes(body)
    return run("pdftotext", "-raw", "-enc", "UTF-8", str(path), "-").stdout.decode()


def squeezed(text: str) -> str:
    """Without spaces and capitals: lines break anywhere, and headings are set in capitals."""
    return re.sub(r"\s+", "", text).casefold()
