"""What a production start is refused for, beyond Django's own deployment checks."""

from django.conf import settings
from django.core import checks
from django.db import connections

# Releases in which SQLite's WAL corruption bug is mended, per branch.
_MENDED = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7), (3, 51): (3, 51, 3)}
FEWEST_LETTERS = 12  # different ones, among the 32 or more of a random secret
SECRETS = ("SECRET_KEY", "SIGNING_PASSPHRASE", "AUDIT_KEY", "FIELD_KEY")


def is_wal_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite release may keep a write-ahead log.

    Releases before 3.51.3 can corrupt the file when a checkpoint meets a writer; the mend
    was carried back to 3.50.7 and 3.44.6 only.
    """
    branch = version[:2]
    return branch > (3, 51) or (branch in _MENDED and version >= _MENDED[branch])


@checks.register(checks.Tags.security, deploy=True)
def check_settings(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """Hosts by name, secrets of their own, somebody to encrypt backups for."""
    found: list[checks.CheckMessage] = []
    if any(host == "*" or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        found.append(
            checks.Error(
                "HANDLINE_HOSTS has a wildcard: a forged host name would get into links and mail.",
                hint="Name each host, such as handline.clinic.example.",
                id="clinic.E010",
            )
        )
    values = [str(getattr(settings, name, "")) for name in SECRETS]
    if len(set(values)) < len(values):
        found.append(
            checks.Error(
                "Two of the secrets are the same: who learns one would know both.",
                hint=f"Make {', '.join(f'HANDLINE_{name}' for name in SECRETS)} one by one.",
                id="clinic.E012",
            )
        )
    if weak := [
        name
        for name, value in zip(SECRETS, values, strict=True)
        if len(set(value)) < FEWEST_LETTERS
    ]:
        found.append(
            checks.Error(
                f"HANDLINE_{weak[0]} is not random.",
                hint="python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
                id="clinic.E013",
            )
        )
    if not settings.BACKUP_RECIPIENTS:
        found.append(
            checks.Warning(
                "Nothing is backed up: HANDLINE_BACKUP_RECIPIENTS is not set.",
                hint="python manage.py backup_key FILE",
                id="clinic.W014",
            )
        )
    return found


@checks.register(checks.Tags.database)
def check_journal(app_configs, databases, **kwargs) -> list[checks.CheckMessage]:
    """No write-ahead log on a SQLite that can damage it."""
    found: list[checks.CheckMessage] = []
    for name in databases or []:
        connection = connections[name]
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
        version = connection.Database.sqlite_version_info
        if mode == "wal" and not is_wal_safe(version):
            found.append(
                checks.Error(
                    f"SQLite {'.'.join(map(str, version))} can damage the write-ahead log.",
                    hint="Install requirements.txt, or run: python manage.py dbsetup",
                    id="clinic.E015",
                )
            )
    return found
