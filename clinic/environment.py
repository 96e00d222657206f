"""Reading the environment: one sentence when something needed is missing."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


def text(name: str, default: str = "") -> str:
    """The variable NAME, or what the file named by NAME_FILE holds (container secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    raw = os.environ.get(name)
    return default if raw is None else raw.strip().lower() in TRUE_WORDS


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, *, demo_file: Path | None) -> str:
    """A secret of at least 32 characters.

    In demo mode (``demo_file`` given) a missing one is made once and kept in that file.
    Raises ImproperlyConfigured with what to set.
    """
    value = text(name)
    if not value and demo_file is not None:
        value = _own_secret(demo_file)
    if len(value) < 32:
        raise ImproperlyConfigured(
            f"Set {name} to at least 32 random characters before starting Handline, for example "
            f"the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return value


def _own_secret(path: Path) -> str:
    """The demo's secret, made at its first start; of two starts at once the first one's counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        whole = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(whole)  # written whole, or not there at all
        except FileExistsError:
            pass
        finally:
            whole.unlink()
    return path.read_text(encoding="utf-8").strip()


def object_store(text: str) -> dict[str, object]:
    """The settings of the store from `bucket=...,endpoint=...,region=...`."""
    given = dict(pair.strip().split("=", 1) for pair in text.split(",") if "=" in pair)
    if not given.get("bucket"):
        raise ImproperlyConfigured(
            "HANDLINE_DOCUMENTS_S3 names no bucket: write bucket=NAME,endpoint=https://...,region=..."
        )
    options: dict[str, object] = {
        "bucket_name": given["bucket"],
        "endpoint_url": given.get("endpoint"),
        "region_name": given.get("region"),
        "default_acl": None,
        "file_overwrite": True,  # named by their content, so the same name is the same bytes
        "querystring_auth": True,
        "signature_version": "s3v4",
    }
    if encryption := given.get("encryption"):
        options["object_parameters"] = {"ServerSideEncryption": encryption}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
