"""The application's settings but for how often SQLite waits for the disk: see power_cuts.py."""

import os
from importlib import import_module

_usual = import_module("clinic.settings")
globals().update({name: getattr(_usual, name) for name in dir(_usual) if name.isupper()})
_options = _usual.DATABASES["default"]["OPTIONS"]
_options["init_command"] = _options["init_command"].replace(
    "synchronous=FULL", f"synchronous={os.environ['SOAK_SYNCHRONOUS']}"
)
