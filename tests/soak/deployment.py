"""A group's installation on one machine: PostgreSQL, two hosts, nginx with TLS. T-O01, T-O02.

    bash .ci/postgres python -m tests.soak.deployment

Takes docs/deploy/nginx.conf as it is but for ports and names, and asks what docs/deploy.md
promises: TLS 1.2 and better only, headers and cookies from outside, forged forwarding thrown
away, one host gone while people read, both hosts seeing the same sign-in.
"""

import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.soak.charting_kills import free_port

ROOT = Path(__file__).resolve().parents[2]
NAME = "handline.clinic.example"
SECRET = "a-trial-of-deployment-0123456789-abcdefghijklmnopqrstuvwxyz-{}"


def environment(folder: Path) -> dict[str, str]:
    """As docs/deploy/handline.env.sample has it: production, no demo."""
    names = ("SECRET_KEY", "SIGNING_PASSPHRASE", "AUDIT_KEY", "FIELD_KEY", "MONITORING_SECRET")
    secrets = {f"HANDLINE_{name}": SECRET.format(name) for name in names}
    return {
        "PATH": os.environ["PATH"], "DATABASE_URL": os.environ["DATABASE_URL"],
        "HANDLINE_OWNER_URL": os.environ.get("HANDLINE_OWNER_URL", ""),
        "HANDLINE_HOSTS": NAME, "HANDLINE_ORIGINS": f"https://{NAME}",
        "HANDLINE_BEHIND_PROXY": "1", "HANDLINE_DATA": str(folder),
        "HANDLINE_BACKUP_RECIPIENTS": "age1trial", "WEB_CONCURRENCY": "1", **secrets,
    }  # fmt: skip


def manage(env: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True)


def host(env: dict[str, str], port: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "clinic/gunicorn.py", "clinic.wsgi"],
        cwd=ROOT, env={**env, "HANDLINE_BIND": f"127.0.0.1:{port}"},
    )  # fmt: skip


def proxy(folder: Path, ports: list[int], tls: int) -> subprocess.Popen:
    """nginx with the sample, its ports, names and certificate put in."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
         "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (ROOT / "docs/deploy/nginx.conf").read_text(encoding="utf-8")
    servers = "\n".join(
        f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in ports
    )  # fmt: skip
    site = re.sub(r"    server 127\.0\.0\.1:8000.*", servers, site)
    site = site.replace("listen 443", f"listen 127.0.0.1:{tls}").replace(
        "listen 80", f"listen 127.0.0.1:{free_port()}"
    )
    site = site.replace("/etc/ssl/handline", str(folder))
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ include /etc/nginx/mime.types; client_body_temp_path {folder}/body;\n"
        f"proxy_temp_path {folder}/proxy;\n{site}\n}}\n"
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    subprocess.run([nginx, "-t", "-q", "-c", conf], check=True)
    return subprocess.Popen([nginx, "-c", conf])


class Asker:
    def __init__(self, folder: Path, port: int) -> None:
        context = ssl.create_default_context(cafile=folder / "fullchain.pem")
        context.check_hostname = False
        self.port, self.opener = port, urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), NoRedirects()
        )  # fmt: skip

    def get(self, path: str, **headers: str):
        """Status, headers and text; an error page is an answer too."""
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}", headers={"Host": NAME, **headers}
        )
        try:
            with self.opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode("utf-8", "replace")


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def questions(ask: Asker, first: subprocess.Popen):
    """Each promise, and whether it is kept."""
    for _ in range(200):
        with suppress(OSError):
            if ask.get("/healthz")[0] == 200:
                break
        time.sleep(0.2)
    status, headers, text = ask.get("/accounts/login/")
    cookies = " ".join(headers.get_all("Set-Cookie") or [])
    yield "the sign-in page answers", status == 200 and "csrfmiddlewaretoken" in text
    yield "HSTS for a year", "max-age=31536000" in (headers["Strict-Transport-Security"] or "")
    yield (
        "cookies are __Host-, Secure, HttpOnly",
        all(word in cookies for word in ("__Host-csrf", "Secure", "HttpOnly", "SameSite=Lax")),
    )
    yield (
        "a policy without inline",
        "unsafe" not in (headers["Content-Security-Policy"] or "unsafe"),
    )
    yield "no version of the server", not re.search(r"\d", headers["Server"] or "")
    yield "charts are not reached unsigned", ask.get("/patients/")[0] == 302
    status, _, text = ask.get("/readyz")
    yield "ready, and without details", status == 200 and "details" not in text
    _, _, text = ask.get("/readyz", Authorization=f"Bearer {SECRET.format('MONITORING_SECRET')}")
    yield "details for who knows the secret", "postgresql takes writes" in text
    yield "another host name is refused", ask.get("/healthz", Host="evil.example")[0] in (400, 404)
    first.terminate()
    first.wait(timeout=60)
    answers = [ask.get("/healthz")[0] for _ in range(20)]
    yield "one host gone: every request is answered", answers == [200] * 20


def tls_scan(port: int) -> bool:
    """Only TLS 1.2 and 1.3, no weak cipher, as sslscan sees it."""
    found = subprocess.run(
        ["sslscan", "--no-colour", f"--sni-name={NAME}", f"127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    old = re.findall(r"(SSLv2|SSLv3|TLSv1\.0|TLSv1\.1)\s+enabled", found)
    weak = re.findall(r"(?:Preferred|Accepted)\s+TLSv1\.\d\s+(\d+) bits\s+(\S+)", found)
    poor = [name for bits, name in weak if int(bits) < 128 or "CBC" in name or "SHA " in name]
    print(f"  {len(weak)} ciphers accepted, old protocols {old}, weak {poor}")
    return bool(weak) and not old and not poor and "Heartbleed" in found


def main() -> int:
    if "DATABASE_URL" not in os.environ:
        raise SystemExit("Run it as: bash .ci/postgres python -m tests.soak.deployment")
    missing = [tool for tool in ("openssl",) if not shutil.which(tool)]
    if missing or not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()):
        raise SystemExit(
            "nginx and openssl are needed: apt-get install nginx-light openssl sslscan"
        )
    running: list[subprocess.Popen] = []
    with tempfile.TemporaryDirectory(prefix="handline-deploy-") as place:
        folder = Path(place)
        folder.chmod(0o711)
        env = environment(folder)
        try:
            manage(env, "dbsetup", "--verbosity", "0")
            manage(env, "collectstatic", "--no-input", "--verbosity", "0")
            manage(env, "check", "--deploy", "--fail-level", "WARNING")
            ports, tls = [free_port(), free_port()], free_port()
            running += [host(env, port) for port in ports]
            running.append(proxy(folder, ports, tls))
            kept = list(questions(Asker(folder, tls), running[0]))
            if shutil.which("sslscan"):
                kept.append(("TLS 1.2 and 1.3 only, no weak cipher", tls_scan(tls)))
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()
    for promise, is_kept in kept:
        print(f"{'kept  ' if is_kept else 'BROKEN'} {promise}")
    return int(not all(is_kept for _, is_kept in kept))


if __name__ == "__main__":
    sys.exit(main())
