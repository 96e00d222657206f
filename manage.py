#!/usr/bin/env python
"""Handline's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 slow import
    from django.core.management import execute_from_command_line  # noqa: PLC0415 slow import

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
