"""gunicorn as an installation runs it, but that a killed worker is back at once.

The master imports everything before it forks, so a new worker serves its first request as fast
as its hundredth. It makes no connection of its own: none may come along.
"""

from clinic.gunicorn import *  # noqa: F403 the settings of an installation

preload_app = True


def when_ready(_) -> None:
    from django.db import connections  # noqa: PLC0415 Django is set up by then
    from django.urls import get_resolver  # noqa: PLC0415

    get_resolver().check()
    connections.close_all()
