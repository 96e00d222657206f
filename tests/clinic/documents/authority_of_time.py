"""A time-stamping authority on this machine: RFC 3161 over HTTP, with a root of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

DER = serialization.Encoding.DER


@dataclass(frozen=True)
class AuthorityOfTime:
    stamper: DummyTimeStamper
    root: bytes
    revoked_none: bytes  # a list of revoked certificates without any, and one with the stamper's
    revoked_stamper: bytes


def make_stamper() -> tuple[DummyTimeStamper, bytes]:
    """A stamper and the root (DER) that stands behind it."""
    made = make_authority_of_time()
    return made.stamper, made.root


def make_authority_of_time() -> AuthorityOfTime:
    """pyHanko's stamper signs with RSA only. Its certificate names where its list would be."""
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root_name, name = (_name(text) for text in ("Time root", "Time stamps"))
    place = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://crl.example.net/tsa.crl")], None, None, None
    )
    root = (
        _builder(root_name, root_name, root_key.public_key(), 5)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, hashes.SHA256())
        .public_bytes(DER)
    )
    leaf = (
        _builder(name, root_name, key.public_key(), 6)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), True)
        .add_extension(x509.KeyUsage(True, *[False] * 8), critical=True)
        .add_extension(x509.CRLDistributionPoints([place]), critical=False)
        .sign(root_key, hashes.SHA256())
        .public_bytes(DER)
    )
    plain = key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(leaf), asn1_keys.PrivateKeyInfo.load(plain)
    )
    none, its_own = (_list(root_name, root_key, serials) for serials in ((), (6,)))
    return AuthorityOfTime(stamper, root, none, its_own)


def _list(issuer: x509.Name, key: rsa.RSAPrivateKey, serials: tuple[int, ...]) -> bytes:
    now = datetime.now(UTC)
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer)
        .last_update(now - timedelta(minutes=30))
        .next_update(now + timedelta(days=30))
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial)
        built = built.add_revoked_certificate(
            entry.revocation_date(now - timedelta(minutes=40)).build()
        )
    return built.sign(key, hashes.SHA256()).public_bytes(DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _builder(subject, issuer, public_key, serial: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365))
    )


@contextmanager
def served(stamper: DummyTimeStamper) -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and what it was sent."""
    asked: list[bytes] = []

    class Stamp(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(asked[-1])).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stamp)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
