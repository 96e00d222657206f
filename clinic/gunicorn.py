"""How gunicorn serves Handline: gunicorn --config clinic/gunicorn.py clinic.wsgi

Two workers suit two cores; threads let a slow reader wait without holding up the others.
Not preloaded, so that each worker opens its own database connections. No access log: the
audit trail knows who saw what, and addresses of charts do not belong in a log file.
"""

import os
import subprocess
import sys
from pathlib import Path

from clinic.demo import DEMO_LOGINS, DEMO_PASSWORD
from clinic.environment import flag, text

_HOME = Path(__file__).resolve().parent.parent
DEBUGGING = "HANDLINE_DEBUG shows what it should not to everybody: unset it, or use runserver."

bind = text("HANDLINE_BIND", f"127.0.0.1:{text('PORT', '8000')}")
workers = int(text("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests, max_requests_jitter = 5000, 500  # returns the memory that rendering leaves behind
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 a heartbeat file
errorlog = "-"
loglevel = "warning"
# An exception that escapes Django is logged by gunicorn: by its class and place here too.
logconfig_dict = {
    "formatters": {"generic": {"()": "clinic.logs.QuietFormatter"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}


def on_starting(server) -> None:
    """Serve only what the checks find in order; with real records a warning stops the start too.
    In a process of its own: workers fork from this one, and no connection may come along."""
    if flag("HANDLINE_DEBUG"):
        sys.exit(f"Handline does not start.\n{DEBUGGING}")
    level = ["ERROR"] if flag("HANDLINE_DEMO") else ["WARNING", "--deploy"]
    done = subprocess.run(
        [sys.executable, str(_HOME / "manage.py"), "check", "--database", "default",
         "--fail-level", *level],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"Handline does not start.\n{done.stderr.strip()}")


def post_worker_init(worker) -> None:
    """Say where to go, once, when the first worker can answer."""
    if worker.age == 1:
        os.write(1, _greeting().encode())


def _greeting() -> str:
    lines = [f"Handline answers on http://{bind}", ""]
    if flag("HANDLINE_DEMO"):
        width = max(len(login.email) for login in DEMO_LOGINS)
        lines += [f"  {login.email:{width}}  {login.what}" for login in DEMO_LOGINS]
        lines += ["", f"Password of all: {DEMO_PASSWORD}   (Ctrl-C stops the demo)", ""]
    return "\n".join(lines) + "\n"
