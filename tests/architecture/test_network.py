"""The suite runs without a network, and would not notice one (tests/no_network.py). T-X05."""

import socket

import pytest

from tests.no_network import NoNetwork


@pytest.mark.parametrize(
    ("family", "host"),
    [
        (socket.AF_INET, "192.0.2.1"),
        (socket.AF_INET, "handline.example"),
        (socket.AF_INET6, "2001:db8::1"),
    ],
)
def test_T_X05_connection_elsewhere_is_refused(family, host):
    with socket.socket(family) as wanted:
        for connect in (wanted.connect, wanted.connect_ex):
            with pytest.raises(NoNetwork) as refusal:
                connect((host, 443))
            assert str(refusal.value) == f"A test wanted to reach {host}."


def test_T_X05_connection_to_this_machine_is_made():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as wanted:
        wanted.connect(server.getsockname())

        assert wanted.getpeername() == server.getsockname()
