"""What is in the file, who can read it, and what becomes of a damaged or forged one. T-O05."""

import io
import resource
import tarfile

import pyrage
import pytest
from django.test import override_settings

from clinic.errors import NotAllowed
from clinic.services.backup import making, manifest, restoring, sealing
from clinic.services.backup.sqlite import SqlitePlace
from tests.clinic.backup.making import CANARY, NOW, back_up, make_key, names_in, small_place


@pytest.fixture
def sealed(tmp_path):
    """place, key file, backup file"""
    place, (key, public) = small_place(tmp_path), make_key(tmp_path)
    return place, key, back_up(place, tmp_path, public)


def restored(folder, backup, key, **given):
    target = SqlitePlace(folder / "restored.sqlite3")
    restoring.restore(target, backup, key=key, work=folder, **given)
    return target


def test_backup_comes_back_as_it_was(sealed, tmp_path):
    place, key, backup = sealed

    target = restored(tmp_path, backup, key)

    assert names_in(target) == names_in(place)
    assert target.examine(target.path) == place.examine(place.path)


def test_T_O05_backup_is_unreadable_without_the_key(sealed, tmp_path):
    _, key, backup = sealed
    other, _ = make_key(tmp_path, "other")

    assert CANARY.encode() not in backup.read_bytes()
    assert b"SQLite format" not in backup.read_bytes()
    assert CANARY not in making.page_of(backup).read_text(encoding="utf-8")
    assert backup.stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotAllowed, match="This key does not open the backup"):
        restored(tmp_path, backup, other)
    assert not (tmp_path / "restored.sqlite3").exists()
    assert names_in(restored(tmp_path, backup, key))[0] == CANARY


def test_T_O05_no_key_and_no_secret_is_in_the_backup(sealed, settings):
    _, key, backup = sealed
    identity = sealing.identity(key)

    plain = pyrage.decrypt(backup.read_bytes(), [identity])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        contents = b"".join(tar.extractfile(name).read() for name in tar.getnames())

    secrets = [getattr(settings, name) for name in manifest.SECRETS if hasattr(settings, name)]
    assert len(secrets) >= 2
    for secret in (*secrets, str(identity)):
        assert str(secret).encode() not in contents


def test_backup_opens_with_the_public_tools_of_its_format(sealed):
    _, key, backup = sealed

    plain = pyrage.decrypt(backup.read_bytes(), [sealing.identity(key)])
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as tar:
        names = tar.getnames()

    assert names == ["manifest.json", "handline.sqlite3"]


def test_each_recipient_opens_the_backup(tmp_path):
    place = small_place(tmp_path)
    keys = [make_key(tmp_path, name) for name in ("first", "second")]

    backup = back_up(place, tmp_path, *(public for _, public in keys))

    for key, _ in keys:
        told, _ = restoring.open_backup(backup, key=key, into=_new(tmp_path, key), place=place)
        assert told.rows["patient"] == 20


def _new(folder, key):
    made = folder / f"into-{key.name}"
    made.mkdir()
    return made


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_damaged_backup_is_refused_and_nothing_is_written(sealed, tmp_path, share, damage):
    _, key, backup = sealed
    content = bytearray(backup.read_bytes())
    where = int(share * len(content))
    if damage == "cut":
        del content[where:]
    else:
        content[where] ^= 0x41
    backup.write_bytes(content)

    with pytest.raises(NotAllowed):
        restored(tmp_path, backup, key)

    assert not (tmp_path / "restored.sqlite3").exists()
    assert [p.name for p in tmp_path.glob("restore-*")] == []


def test_forged_backup_is_refused(sealed, tmp_path):
    """Anyone who has the public key can encrypt: that proves nothing about who wrote it."""
    place, key, _ = sealed
    recipient = key.read_text(encoding="utf-8").split()[2]
    with override_settings(SECRET_KEY="an attacker's own secret of sufficient length 123"):
        forged = making.make_backup(
            place, into=tmp_path / "forged", recipients=[recipient], now=NOW, work=tmp_path
        )

    with pytest.raises(NotAllowed, match="made with another HANDLINE_SECRET_KEY"):
        restored(tmp_path, tmp_path / "forged" / forged.file, key)

    assert not (tmp_path / "restored.sqlite3").exists()


def test_forged_manifest_with_right_fingerprints_is_refused(sealed, tmp_path):
    place, key, _ = sealed
    recipient = key.read_text(encoding="utf-8").split()[2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest.Manifest, "signed", lambda self: self)
        forged = making.make_backup(
            place, into=tmp_path / "forged", recipients=[recipient], now=NOW, work=tmp_path
        )

    with pytest.raises(NotAllowed, match="may be forged"):
        restored(tmp_path, tmp_path / "forged" / forged.file, key)

    assert not (tmp_path / "restored.sqlite3").exists()


def test_T_D05_full_disk_leaves_no_half_backup_and_the_earlier_ones(tmp_path):
    place, (key, public) = small_place(tmp_path, rows=5000), make_key(tmp_path)
    earlier = back_up(place, tmp_path, public)
    before = sorted(path.name for path in earlier.parent.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(NotAllowed, match="The disk is full") as refused:
            back_up(place, tmp_path, public, now=NOW.replace(hour=13))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert "Earlier backups are untouched." in str(refused.value)
    assert sorted(path.name for path in earlier.parent.iterdir()) == before
    assert [path.name for path in tmp_path.glob("backup-*")] == []
    assert len(names_in(restored(tmp_path, earlier, key))) == 5000


def test_T_D05_disk_that_fills_while_the_archive_is_written_is_told(tmp_path):
    _, public = make_key(tmp_path)
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="No space"):
        sealing.seal([("a", b"x" * 1_000_000)], into=full, recipients=[public])


def test_backup_without_recipient_is_refused(tmp_path):
    with pytest.raises(NotAllowed, match="Say for whom to encrypt"):
        back_up(small_place(tmp_path), tmp_path)

    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize("text", ["", "age1nonsense", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1QQQ"])
def test_recipient_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(NotAllowed):
        back_up(small_place(tmp_path), tmp_path, text)

    assert list(tmp_path.glob("backups/*")) == []


def test_page_beside_the_backup_tells_a_changed_file_without_a_key(sealed):
    _, _, backup = sealed
    restoring.verify(backup)

    backup.write_bytes(backup.read_bytes()[:-1] + b"\0")

    with pytest.raises(NotAllowed, match="its SHA-256 differs"):
        restoring.verify(backup)
