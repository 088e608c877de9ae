"""Which machines may be asked, decided on the very address that is connected to, and how long they may take to answer."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from presslift.errors import Stopped

Place: TypeAlias = Literal["public", "loopback", "private", "link_local", "reserved"]
IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
CONNECT_TIMEOUT = 10.0
SLICE = 0.5


class AddressRefused(Exception):
    """A host that leads where nobody outside has any business."""


def place_of(address: str) -> Place:
    """Where an IP address lies; IPv4 addresses wrapped into IPv6 (mapped, 6to4, NAT64, Teredo) are looked into."""
    ip = _unwrapped(ipaddress.ip_address(address.split("%", 1)[0]))
    if ip.is_loopback:
        return "loopback"
    if ip.is_link_local:
        return "link_local"
    if ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        return "reserved"
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return "private"
    return "public" if ip.is_global else "private"


def _unwrapped(ip: IPAddress) -> IPAddress:
    if isinstance(ip, ipaddress.IPv6Address):
        if inner := ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]):
            return inner
        if ip in ipaddress.IPv6Network("64:ff9b::/96") or (int(ip) >> 32 == 0 and int(ip) > 1):
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


class Guard:
    """Lets through public addresses, and those of the range in which the start URL itself is."""

    def __init__(self, start_url: str):
        self._host = urlsplit(start_url).hostname or ""
        self._own: frozenset[str] = frozenset()

    @property
    def on_loopback(self) -> bool:
        """Whether the start URL leads to this machine."""
        own = self._own_addresses()
        return bool(own) and all(place_of(address) == "loopback" for address in own)

    def check(self, address: str, host: str) -> None:
        """Raise ``AddressRefused`` unless ``address``, to which ``host`` resolved, may be asked."""
        place = place_of(address)
        if place == "public":
            return
        own = self._own_addresses()
        if address in own or (place in ("loopback", "private") and any(place_of(known) == place for known in own)):
            return
        raise AddressRefused(f"{host} leads to {address}, which is {place.replace('_', '-')}")

    def check_name(self, host: str) -> None:
        """The same for a host that a proxy will resolve: what it resolves to here, if anything."""
        for address in resolve(host, None, quiet=True):
            self.check(address, host)

    def _own_addresses(self) -> frozenset[str]:
        if not self._own:
            self._own = frozenset(resolve(self._host, None, quiet=True))
        return self._own


def resolve(host: str, port: int | None, *, quiet: bool = False) -> list[str]:
    """The IP addresses of a host, preferred first. Raises ``socket.gaierror``, or gives none when ``quiet``."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        if quiet:
            return []
        raise
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Patience:
    """Until when (monotonic time) one answer may take, and whether the whole run was asked to stop."""

    def __init__(self, seconds: float, stop: threading.Event):
        self.until, self.stop = time.monotonic() + seconds, stop


PATIENCE: ContextVar[Patience | None] = ContextVar("patience", default=None)
"""Set around each exchange: a socket's own time limit counts from byte to byte, so a byte a second never ends."""


def _patiently(sock: socket.socket, receive: Callable[[], int]) -> int:
    patience = PATIENCE.get()
    if patience is None:
        return receive()
    before = sock.gettimeout()
    try:
        while True:
            if patience.stop.is_set():
                raise Stopped("stopped while waiting for an answer")
            left = patience.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer had not ended in time")
            sock.settimeout(min(left, SLICE))
            try:
                return receive()
            except TimeoutError:
                continue
    finally:
        if sock.fileno() >= 0:
            sock.settimeout(before)


class PatientSocket(socket.socket):
    """Reads until the current ``PATIENCE`` ends, however the bytes drip."""

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """As ``socket.recv_into``."""
        read = super().recv_into
        return _patiently(self, lambda: read(buffer, nbytes, flags))


class PatientTLSSocket(ssl.SSLSocket):
    """The same over TLS."""

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """As ``ssl.SSLSocket.recv_into``."""
        read = super().recv_into
        return _patiently(self, lambda: read(buffer, nbytes, flags))


class _Guarded(HTTPConnection):
    guard: Guard | None = None

    def _new_conn(self) -> socket.socket:
        try:
            addresses = resolve(self._dns_host, self.port)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        allowed = self._allowed(addresses)
        failure: Exception | None = None
        for address in allowed:
            try:
                return self._connected(address)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} took too long to connect") from failure
        raise NewConnectionError(self, f"{failure or 'no address'}") from failure

    def _allowed(self, addresses: list[str]) -> list[str]:
        if self.guard is None:
            return addresses
        allowed: list[str] = []
        refused: AddressRefused | None = None
        for address in addresses:
            try:
                self.guard.check(address, self.host)
                allowed.append(address)
            except AddressRefused as error:
                refused = error
        if refused is not None and not allowed:
            raise refused
        return allowed

    def _connected(self, address: str) -> socket.socket:
        sock = PatientSocket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else CONNECT_TIMEOUT)
            for option in self.socket_options or []:
                sock.setsockopt(*option)
            sock.connect((address, self.port))
        except BaseException:
            sock.close()
            raise
        return sock


class _GuardedTLS(_Guarded, HTTPSConnection):
    pass


class GuardedAdapter(HTTPAdapter):
    """Carries requests over guarded, patient connections; through a proxy, patient ones."""

    def __init__(self, guard: Guard, connections: int = 4):
        self._guard = guard
        super().__init__(pool_connections=8, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """As ``HTTPAdapter``, with this module's sockets."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=_tls_context(), **pool_kwargs)
        _carry(self.poolmanager, self._guard)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """As ``HTTPAdapter``: the proxy's own address is the operator's business."""
        if proxy in self.proxy_manager:
            return self.proxy_manager[proxy]
        manager = super().proxy_manager_for(proxy, ssl_context=_tls_context(), **proxy_kwargs)
        _carry(manager, None)
        return manager


def _tls_context() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.sslsocket_class = PatientTLSSocket
    return context


def _carry(manager: PoolManager, guard: Guard | None) -> None:
    plain = type("GuardedConnection", (_Guarded,), {"guard": guard})
    tls = type("GuardedTLSConnection", (_GuardedTLS,), {"guard": guard})
    manager.pool_classes_by_scheme = {
        "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("GuardedTLSPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }
