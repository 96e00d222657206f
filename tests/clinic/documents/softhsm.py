"""A security module in software, for the tests of PKCS#11 (Debian's package softhsm2)."""

import os
import subprocess
from pathlib import Path

import pytest

from clinic.documents.hardware import Token

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
PIN = "493027"


def make_token(folder: Path) -> Token:
    """A fresh token whose contents are kept in this folder."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None:
        pytest.skip("no software security module here: apt-get install softhsm2")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)  # read once, when the library is first used
    for label in ("handline", "never opened"):
        made = subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN,
             "--so-pin", "71920455"],
            capture_output=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
    return Token(module, "handline", PIN)
