"""Recover a PostgreSQL to the moment before a mistake, from a base backup and archived logs. T-O04.

    python -m tests.soak.point_in_time

A cluster of its own archives its write-ahead log. While somebody saves, a table of patients is
dropped. The cluster is then lost, its own log with it, and rebuilt from the archive as of the
moment before the mistake: every save acknowledged until then must be there, and the patients.
A second loss without a mistake shows how much the archive alone brings back (the RPO).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
ARCHIVE_SECONDS = 5  # archive_timeout here; 60 in docs/deploy.md


class Cluster:
    """A PostgreSQL in a folder, answering on a socket in it."""

    def __init__(self, home: Path) -> None:
        self.home, self.data, self.archive = home, home / "data", home / "archive"

    def run(self, program: str, *words: str) -> None:
        command = [str(BIN / program), *words]
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            command = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups",
                       *command]  # fmt: skip
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{program}: {done.stderr}")

    def create(self) -> None:
        self.archive.mkdir()
        if os.getuid() == 0:
            for folder in (self.home, self.archive):
                shutil.chown(folder, "postgres")
        self.run("initdb", "--pgdata", str(self.data), "--username", "handline", "--auth", "trust",
                 "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums")  # fmt: skip
        self.configure(
            "archive_mode = on",
            f"archive_command = 'test ! -f {self.archive}/%f && cp %p {self.archive}/%f'",
            f"archive_timeout = {ARCHIVE_SECONDS}",
        )

    def configure(self, *lines: str) -> None:
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.home}'"
        self.run("pg_ctl", "start", "--silent", "--wait", "--pgdata", str(self.data),
                 "--log", str(self.home / "log"), "--options", options)  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "stop", "--silent", "--mode", mode, "--pgdata", str(self.data))

    def base_backup(self, base: Path) -> None:
        self.run("pg_basebackup", "--pgdata", str(base), "--host", str(self.home), "--username",
                 "handline", "--checkpoint", "fast", "--wal-method", "fetch")  # fmt: skip

    def rebuild(self, base: Path, target: datetime | None) -> float:
        """The data folder from the base backup, rolled on from the archive; seconds taken."""
        before = time.monotonic()
        shutil.rmtree(self.data)  # its unarchived log goes with it
        shutil.copytree(base, self.data)
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "postgres", str(self.data)], check=True)
        (self.data / "recovery.signal").touch()
        lines = [f"restore_command = 'cp {self.archive}/%f %p'", "archive_mode = off",
                 "recovery_target_action = 'promote'"]  # fmt: skip
        if target:
            lines.append(f"recovery_target_time = '{target.isoformat()}'")
        self.configure(*lines)
        self.start()
        with closing(self.connect()) as live:
            while live.execute("SELECT pg_is_in_recovery()").fetchone()[0]:
                time.sleep(0.05)
        return time.monotonic() - before

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            dbname="postgres", user="handline", host=str(self.home), autocommit=True
        )

    @property
    def environment(self) -> dict[str, str]:
        host = str(self.home).replace("/", "%2F")
        return {**os.environ, "DATABASE_URL": f"postgresql://handline@{host}/postgres",
                "HANDLINE_DEMO": "1", "HANDLINE_DATA": str(self.home / "handline")}  # fmt: skip

    def manage(self, *words: str) -> None:
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, text=True,
                              env=self.environment, capture_output=True, check=False)  # fmt: skip
        if done.returncode:
            raise SystemExit(f"manage.py {words[0]}: {done.stderr}")


def save_for(live: psycopg.Connection, seconds: float) -> list[tuple[int, datetime]]:
    """Acknowledged saves and when the answer came."""
    saved, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        (key,) = live.execute("INSERT INTO trial DEFAULT VALUES RETURNING id").fetchone()
        saved.append((key, datetime.now(UTC)))
        time.sleep(0.002)
    return saved


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=float, default=10, help="of saving before the mistake")
    seconds = asked.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="handline-pitr-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        return trial(Cluster(home), home / "base", seconds)


def trial(cluster: Cluster, base: Path, seconds: float) -> int:
    cluster.create()
    cluster.start()
    cluster.manage("dbsetup", "--demo", "--verbosity", "0")
    cluster.base_backup(base)
    with closing(cluster.connect()) as live:
        live.execute("CREATE TABLE trial (id serial PRIMARY KEY)")
        patients = live.execute("SELECT count(*) FROM clinic_patient").fetchone()[0]
        saved = save_for(live, seconds)
        time.sleep(0.2)
        target = datetime.now(UTC)
        time.sleep(0.2)
        live.execute("DROP TABLE clinic_patient CASCADE")
        live.execute("SELECT pg_switch_wal()")
        time.sleep(1)
    cluster.stop()
    took = cluster.rebuild(base, target)
    with closing(cluster.connect()) as live:
        back = {key for (key,) in live.execute("SELECT id FROM trial").fetchall()}
        patients_back = live.execute("SELECT count(*) FROM clinic_patient").fetchone()[0]
    cluster.manage("check", "--database", "default")
    lost = [key for key, _ in saved if key not in back]
    print(f"To the moment before the mistake: {len(saved)} saves acknowledged, {len(lost)} lost, "
          f"{patients_back} of {patients} patients back, {took:.1f} s.")  # fmt: skip
    window = loss_without_the_log(cluster, base)
    cluster.stop()
    print(f"Host and log lost at once: {window:.1f} s of saves lost "
          f"(archive_timeout {ARCHIVE_SECONDS} s).")  # fmt: skip
    return int(bool(lost) or patients_back != patients or window > ARCHIVE_SECONDS + 2)


def loss_without_the_log(cluster: Cluster, base: Path) -> float:
    """Save on, lose everything but base and archive, and see how old the newest save is."""
    cluster.stop("fast")
    shutil.rmtree(base)
    for file in cluster.archive.iterdir():
        file.unlink()
    conf = cluster.data / "postgresql.conf"
    kept = [line for line in conf.read_text(encoding="utf-8").splitlines()
            if not line.startswith(("recovery_", "restore_", "archive_mode = off"))]  # fmt: skip
    conf.write_text("\n".join(kept) + "\n", encoding="utf-8")
    cluster.start()
    cluster.base_backup(base)
    with closing(cluster.connect()) as live:
        saved = save_for(live, 3 * ARCHIVE_SECONDS)
    cluster.stop()
    cluster.rebuild(base, None)
    with closing(cluster.connect()) as live:
        newest = live.execute("SELECT max(id) FROM trial").fetchone()[0]
    came_back = [at for key, at in saved if key <= newest]
    return (saved[-1][1] - (came_back[-1] if came_back else saved[0][1])).total_seconds()


if __name__ == "__main__":
    sys.exit(main())
