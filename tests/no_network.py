"""The suite needs no network: a connection to anywhere but this machine is refused. T-X05."""

import socket
from collections.abc import Callable
from functools import wraps
from typing import Any


class NoNetwork(RuntimeError):
    """No OSError, so that code that shrugs at a dead network does not shrug at this."""


def refuse_connections() -> None:
    """For this process, from now on. Programs that a test starts are not held."""
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _held(getattr(socket.socket, name)))


def _held(connect: Callable) -> Callable:
    @wraps(connect)
    def to_this_machine_only(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_here(str(address[0])):
            raise NoNetwork(f"A test wanted to reach {address[0]}.")
        return connect(self, address)

    return to_this_machine_only


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
