from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import psutil
import pytest

from kiezbox.errors import OperatorError
from stack import ports
from stack.ports import Address

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8000", Address("127.0.0.1", 8000)),
        (":8000", Address("127.0.0.1", 8000)),
        ("0.0.0.0:80", Address("0.0.0.0", 80)),
        ("localhost:65535", Address("localhost", 65535)),
        ("[::1]:1883", Address("::1", 1883)),
        ("::1:1883", Address("::1", 1883)),
    ],
)
def test_an_address_as_people_type_it(text: str, address: Address) -> None:
    assert ports.parse(text, "--http") == address


@pytest.mark.parametrize(
    "text", ["", "x", "0", "65536", "-1", "127.0.0.1", "127.0.0.1:", "host:x", " :80", "1883 ", "²"]
)
def test_what_is_no_address_is_an_operator_s_error(text: str) -> None:
    with pytest.raises(OperatorError, match="is no address") as caught:
        ports.parse(text, "--http")

    assert "--http 127.0.0.1:8000" in caught.value.hint


def test_an_address_reads_as_it_is_typed() -> None:
    assert [str(Address("127.0.0.1", 80)), str(Address("::1", 80))] == ["127.0.0.1:80", "[::1]:80"]


def test_a_wildcard_is_reached_over_loopback() -> None:
    assert [Address(host, 80).local.host for host in ("0.0.0.0", "::", "10.0.0.1")] == ["127.0.0.1", "::1", "10.0.0.1"]


def test_only_loopback_is_private() -> None:
    hosts = ("127.0.0.1", "127.1.2.3", "localhost", "::1", "0.0.0.0", "192.168.1.1")

    assert [Address(host, 80).is_loopback for host in hosts] == [True, True, True, True, False, False]


def test_a_port_in_use_names_its_program_and_the_option_and_a_free_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        name = psutil.Process().name()

        with pytest.raises(OperatorError) as caught:
            ports.require_free(Address("127.0.0.1", port), "MQTT", "--mqtt")

    assert caught.value.message == f"port {port} (MQTT) is in use by {name} (process {os.getpid()})"
    other = int(caught.value.hint.rsplit(" ", 1)[1])
    assert "kiezbox up --mqtt" in caught.value.hint
    with socket.create_server(("127.0.0.1", other)):
        pass


def test_a_port_that_another_address_has_is_free_on_ours() -> None:
    with socket.create_server(("127.0.0.2", 0)) as listener:
        ports.require_free(Address("127.0.0.1", listener.getsockname()[1]), "HTTP", "--http")


def test_a_wildcard_listener_takes_the_port_everywhere() -> None:
    with (
        socket.create_server(("0.0.0.0", 0)) as listener,
        pytest.raises(OperatorError, match="is in use"),
    ):
        ports.require_free(Address("127.0.0.1", listener.getsockname()[1]), "HTTP", "--http")


def test_a_free_port_is_still_free_after_it_was_checked(free_port: Callable[[], int]) -> None:
    port = free_port()

    ports.require_free(Address("127.0.0.1", port), "HTTP", "--http")

    with socket.create_server(("127.0.0.1", port)) as listener:
        assert listener.getsockname()[1] == port


@pytest.mark.parametrize("host", ["203.0.113.1", "x" * 64 + ".example"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(OperatorError, match=host.replace(".", r"\.")) as caught:
        ports.require_free(Address(host, 8000), "HTTP", "--http")

    assert "kiezbox up --http" in caught.value.hint


def test_two_servers_that_want_one_port_are_told_so_before_anything_starts() -> None:
    http, box, mqtt = Address("127.0.0.1", 8000), Address("0.0.0.0", 8000), Address("127.0.0.1", 1883)
    ports.require_apart((mqtt, "--mqtt"), (http, "--http"))

    with pytest.raises(OperatorError, match="--http and --box-http both want port 8000") as caught:
        ports.require_apart((mqtt, "--mqtt"), (http, "--http"), (box, "--box-http"))

    assert "--box-http" in caught.value.hint
