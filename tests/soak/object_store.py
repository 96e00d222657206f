"""Documents in an S3-compatible store that answers over HTTP, in a release's trial.

    pip install --target LIBS -r requirements-s3.txt 'moto[server]' && PYTHONPATH=LIBS \\
        python -m tests.soak.object_store

Starts moto's server on this machine, keeps documents in it through django-storages, reads them
back, changes one behind Handline's back, and stops the server: bytes or an error, never others.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOCUMENTS = 200


def main() -> int:
    from tests.soak.charting_kills import free_port  # noqa: PLC0415 slow import

    folder, port = Path(tempfile.mkdtemp(prefix="handline-s3-")), free_port()
    endpoint = f"http://127.0.0.1:{port}"
    os.environ |= {
        "HANDLINE_DATA": str(folder), "HANDLINE_DEMO": "1", "AWS_ACCESS_KEY_ID": "trial",
        "AWS_SECRET_ACCESS_KEY": "trial", "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "HANDLINE_DOCUMENTS_S3": f"bucket=docs,endpoint={endpoint},region=us-east-1",
    }  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return trial(endpoint, server)
    finally:
        server.kill()


def trial(endpoint: str, server: subprocess.Popen) -> int:
    import boto3  # noqa: PLC0415 only here
    import django  # noqa: PLC0415 the environment comes first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    store = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    for _ in range(100):
        try:
            store.create_bucket(Bucket="docs")
            break
        except Exception:
            time.sleep(0.2)
    call_command("dbsetup", verbosity=0)
    from clinic.enums import Role  # noqa: PLC0415
    from clinic.models import StoredDocument  # noqa: PLC0415
    from clinic.object_store import NotWhatWasStored  # noqa: PLC0415
    from clinic.scope import scope  # noqa: PLC0415
    from tests.conftest import user_with  # noqa: PLC0415
    from tests.factories import make_document, make_practice  # noqa: PLC0415

    practice = make_practice()
    with scope(practice):
        by, before = user_with(Role.THERAPIST, practice), time.monotonic()
        made = {}
        for number in range(DOCUMENTS):
            content = b"%PDF-1.7 " + os.urandom(20_000)
            made[make_document(by=by, number=f"N-{number}", content=content).pk] = content
        wrote = time.monotonic() - before
        wrong = [pk for pk, content in made.items()
                 if bytes(StoredDocument.objects.get(pk=pk).content) != content]  # fmt: skip
        key = store.list_objects_v2(Bucket="docs")["Contents"][0]["Key"]
        store.put_object(Bucket="docs", Key=key, Body=b"%PDF another")
        changed = sum(_fails(pk, NotWhatWasStored) for pk in made)
        server.kill()
        server.wait()
        gone = _fails(next(iter(made)), Exception)
    print(f"{DOCUMENTS} documents in the store ({wrote:.1f} s), {len(wrong)} came back wrong; "
          f"{changed} of 1 changed object refused; {'an error' if gone else 'bytes'} without the "
          "store.")  # fmt: skip
    return int(bool(wrong) or changed != 1 or not gone)


def _fails(pk: int, kind: type[Exception]) -> bool:
    from clinic.models import StoredDocument  # noqa: PLC0415

    try:
        StoredDocument.objects.get(pk=pk)
    except kind:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
