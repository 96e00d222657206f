"""Keys in a hardware security module, reached by PKCS#11: made there, and they never leave.

Needs python-pkcs11, which an installation without such a module does not have.
"""

import os
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .errors import DocumentError


@dataclass(frozen=True)
class Token:
    """`module` is the path of the maker's library, `label` the name the token was given."""

    module: str
    label: str
    pin: str = field(repr=False)


@dataclass(frozen=True)
class TokenKey:
    """A private key by its place."""

    token: Token
    key_id: bytes


def make_key(token: Token, key_id: bytes) -> ec.EllipticCurvePublicKey:
    """A new P-256 pair in the token; only the public half comes out."""
    import pkcs11.util.ec as curves  # noqa: PLC0415 optional
    from pkcs11 import Attribute, KeyType  # noqa: PLC0415 optional

    parameters = _session(token).create_domain_parameters(
        KeyType.EC,
        {Attribute.EC_PARAMS: curves.encode_named_curve_parameters("secp256r1")},
        local=True,
    )
    public, _ = parameters.generate_keypair(store=True, id=key_id, label=key_id.hex())
    return load_der_public_key(curves.encode_ec_public_key(public))


def signer(key: TokenKey, certificate, chain):
    """pyHanko's signer with this key. Digests are taken here: not every module can."""
    from pyhanko.sign.pkcs11 import PKCS11Signer  # noqa: PLC0415 optional

    session = _session(key.token)
    _check_holds(session, key)
    return PKCS11Signer(
        session,
        signing_cert=certificate,
        ca_chain=chain,
        key_id=key.key_id,
        use_raw_mechanism=True,
    )


def _check_holds(session, key: TokenKey) -> None:
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 optional

    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: key.key_id}
    if not list(session.get_objects(wanted)):
        raise DocumentError(
            f"The security module {key.token.label} does not hold the key {key.key_id.hex()}. "
            "Connect the module it was made in, or revoke the certificate: the next signature "
            "makes a new one."
        )


def _session(token: Token):
    """One for each process: a module's state does not survive a fork."""
    return _opened(token, os.getpid())


@lru_cache(maxsize=4)
def _opened(token: Token, _process: int):
    try:
        import pkcs11  # noqa: PLC0415 optional
        from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415 optional
    except ImportError as error:
        raise DocumentError(
            "Keys in a security module need the package python-pkcs11, which is not installed."
        ) from error
    try:
        found = pkcs11.lib(token.module).get_token(token_label=token.label)
        return found.open(user_pin=token.pin, rw=True)
    except (PKCS11Error, RuntimeError, OSError) as error:
        raise DocumentError(_refusal(token, error)) from error


def _refusal(token: Token, error: Exception) -> str:
    kind = type(error).__name__
    if kind == "PinIncorrect":
        return "The security module refused the PIN. Check HANDLINE_PKCS11_PIN; do not guess."
    if kind == "NoSuchToken":
        return (
            f"The security module has no token named {token.label}. Check HANDLINE_PKCS11_TOKEN "
            "and that the module is connected."
        )
    return (
        f"The security module could not be opened ({kind}). Check HANDLINE_PKCS11_MODULE, the "
        "path of its library, and that the module is connected."
    )
