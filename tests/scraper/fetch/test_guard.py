"""Which addresses may be asked, and that the one checked is the one connected to."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from presslift.config import FetchSettings
from presslift.errors import FetchError
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.guard import AddressRefused, Guard, place_of
from tests import servers
from tests.conftest import require
from tests.servers import Server, page


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("93.184.215.14", "public"), ("2606:2800:21f:cb07::1", "public"), ("127.0.0.1", "loopback"), ("127.9.9.9", "loopback"), ("::1", "loopback"),
        ("10.0.0.1", "private"), ("172.16.5.5", "private"), ("192.168.1.1", "private"), ("100.64.0.1", "private"), ("fd00::1", "private"),
        ("fec0::1", "private"), ("169.254.169.254", "link_local"), ("fe80::1", "link_local"), ("fe80::1%eth0", "link_local"),
        ("0.0.0.0", "reserved"), ("::", "reserved"), ("224.0.0.1", "reserved"), ("255.255.255.255", "reserved"), ("ff02::1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.0.0.1", "private"), ("2002:0a00:0001::1", "private"), ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link_local"), ("::ffff:93.184.215.14", "public"), ("::7f00:1", "loopback"),
    ],
)  # fmt: skip
def test_places(address: str, place: str) -> None:
    assert place_of(address) == place


def test_a_public_start_reaches_public_addresses_alone() -> None:
    guard = Guard("http://93.184.215.14/")
    guard.check("1.1.1.1", "one.example")
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:192.168.0.1"):
        with pytest.raises(AddressRefused, match=r"somewhere\.example"):
            guard.check(address, "somewhere.example")
    assert not guard.on_loopback


def test_a_private_start_reaches_its_own_range() -> None:
    guard = Guard("http://10.0.0.5:8080/")
    guard.check("10.0.0.5", "a")
    guard.check("192.168.3.4", "media.intranet")
    for address in ("127.0.0.1", "169.254.169.254"):
        with pytest.raises(AddressRefused):
            guard.check(address, "b")
    loopback = Guard("http://127.0.0.1:8900/")
    loopback.check("127.0.0.1", "a")
    assert loopback.on_loopback
    with pytest.raises(AddressRefused):
        loopback.check("10.0.0.1", "b")


def test_a_name_that_changes_its_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when first looked up, this machine when connected to."""
    real, lookups = socket.getaddrinfo, []

    def changing(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host != "rebound.example":
            return real(host, port, *more, **options)
        lookups.append(host)
        address = "93.184.215.14" if len(lookups) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with Server(default=page("secret")) as inside:
        client = Client(FetchSettings(robots=False), f"http://rebound.example:{inside.port}/", environ={})
        with pytest.raises(FetchError) as caught:
            client.get(f"http://rebound.example:{inside.port}/")
        assert caught.value.reason == "address_refused" and len(lookups) >= 2
        assert not inside.visits
        client.close()


def test_a_host_with_a_public_and_a_private_address_is_asked_at_the_public_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real, connected = socket.getaddrinfo, []

    def both(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host != "both.example":
            return real(host, port, *more, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0)) for address in ("10.0.0.1", "93.184.215.14")]

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address[0])
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", both)
    monkeypatch.setattr("presslift.scraper.fetch.guard.PatientSocket.connect", connect, raising=False)
    client = Client(FetchSettings(robots=False, attempts=1), "http://93.184.215.14/", environ={})
    with pytest.raises(FetchError) as caught:
        client.get("http://both.example/pic.png", kind="media")
    assert caught.value.reason == "connection" and connected == ["93.184.215.14"]
    client.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    require("openssl")
    folder: Path = tmp_path_factory.mktemp("tls")
    made = (str(folder / "cert.pem"), str(folder / "key.pem"))
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", made[0], "-keyout", made[1]]
    subprocess.run([*new, *named], check=True, capture_output=True)
    return made


def test_over_tls(certificate: tuple[str, str]) -> None:
    with Server({"/slow": servers.dripping(), "/cut": servers.truncated("<p>half")}, default=page("<p>safe</p>"), tls=certificate) as site:
        trusting = Client(FetchSettings(timeout=0.8, attempts=1), site.url, environ={"REQUESTS_CA_BUNDLE": certificate[0]})
        assert trusting.get(site.url + "/").text == "<p>safe</p>"
        started = time.monotonic()
        for path, reason in (("/slow", "timeout"), ("/cut", "connection")):
            with pytest.raises(FetchError) as caught:
                trusting.get(site.url + path)
            assert caught.value.reason == reason
        assert time.monotonic() - started < 2
        trusting.close()
        strict = Client(FetchSettings(), site.url, environ={})
        with pytest.raises(FetchError) as caught:
            strict.get(site.url + "/")
        assert caught.value.reason == "connection" and "certificate" in caught.value.detail and caught.value.attempts == 1
        strict.close()


def test_through_the_operators_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(default=page("by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        client = Client(FetchSettings(delay=0), "http://no-such-site.invalid/", environ={})
        assert client.get("http://no-such-site.invalid/a").text == "by proxy"
        assert [v.target for v in proxy.visits] == ["http://no-such-site.invalid/robots.txt", "http://no-such-site.invalid/a"]
        with pytest.raises(FetchError) as caught:
            client.get("http://127.0.0.1:1/pic.png", kind="media")
        assert caught.value.reason == "address_refused"
        client.close()
