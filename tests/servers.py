"""Real HTTP servers on loopback that behave, or misbehave, as told.

``with Server({"/a/": page("<p>Hello</p>"), "/b/": reset()}) as site:`` serves until the block ends. ``site.url`` is the address
without a final slash, ``site.visits`` every request in order. A behaviour is any callable that takes a ``Visit``; several in
a list answer one after another, the last one for good.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

REASONS = {
    200: "OK",
    301: "Moved Permanently",
    302: "Found",
    304: "Not Modified",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    503: "Unavailable",
}


@dataclass
class Visit:
    """One request, and the line to answer on."""

    method: str
    target: str
    headers: dict[str, str]
    connection: socket.socket = field(repr=False)
    closing: threading.Event = field(repr=False)
    at: float = 0.0

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.split("?", 1)[0]

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def head(self, status: int = 200, headers: dict[str, str] | None = None, **more: str) -> None:
        """Send the status line and headers, and nothing about the length but what is given."""
        lines = [
            f"HTTP/1.1 {status} {REASONS.get(status, 'Something')}",
            *(f"{k}: {v}" for k, v in {**(headers or {}), **more}.items()),
            "",
            "",
        ]
        self.write("\r\n".join(lines).encode("utf-8"))


Behaviour: TypeAlias = Callable[[Visit], None]


class Server:
    """A server on a port of its own; one thread a connection, connections closed after each answer.

    ``tls`` is a certificate and its key, both files in PEM.
    """

    def __init__(
        self,
        routes: Mapping[str, Behaviour | Sequence[Behaviour]] | None = None,
        default: Behaviour | None = None,
        host: str = "127.0.0.1",
        tls: tuple[str, str] | None = None,
    ):
        self.routes = routes or {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self._tls and tls:
            self._tls.load_cert_chain(*tls)
        self.default = default or page("<title>Not found</title>", status=404)
        self.visits: list[Visit] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._socket = socket.create_server((host, 0), backlog=64)
        self.host, self.port = host, self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._socket.close()

    def asked(self, path: str) -> list[Visit]:
        """The requests for a path, in order."""
        return [v for v in self.visits if v.path == path or v.target == path]

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(20)
            try:
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                visit = self._read(connection)
            except OSError:
                return
            if visit is None:
                return
            with self._lock:
                self.visits.append(visit)
                behaviour = self._behaviour(visit)
            try:
                behaviour(visit)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def _read(self, connection: socket.socket) -> Visit | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        first, *rest = data.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in rest)}
        return Visit(method, target, headers, connection, self.closing, time.monotonic())

    def _behaviour(self, visit: Visit) -> Behaviour:
        found = self.routes.get(visit.target) or self.routes.get(visit.path) or self.default
        if callable(found):
            return found
        earlier = sum(v.target == visit.target for v in self.visits) - 1
        return found[min(earlier, len(found) - 1)]


# Behaviours that are fine


def page(body: str | bytes, status: int = 200, content_type: str = "text/html; charset=utf-8", **headers: str) -> Behaviour:
    """An answer; in header names ``_`` stands for ``-``."""
    data = body.encode() if isinstance(body, str) else body

    def answer(visit: Visit) -> None:
        more = {k.replace("_", "-"): v for k, v in headers.items()}
        visit.head(status, {"Content-Type": content_type, "Content-Length": str(len(data)), "Connection": "close", **more})
        visit.write(data)

    return answer


def as_json(value: Any, status: int = 200, **headers: str) -> Behaviour:
    """A JSON answer."""
    return page(json.dumps(value), status, "application/json; charset=UTF-8", **headers)


def redirect(location: str, status: int = 301, **headers: str) -> Behaviour:
    """A redirect."""
    return page("moved", status, Location=location, **headers)


def compressed(body: str | bytes, encoding: str = "gzip") -> Behaviour:
    """An answer in gzip, deflate, or raw-deflate (deflate without its wrapper)."""
    data = body.encode() if isinstance(body, str) else body
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "raw-deflate": lambda d: raw.compress(d) + raw.flush()}[encoding](data)
    return page(packed, Content_Encoding=encoding.removeprefix("raw-"))


def chunked(*pieces: bytes) -> Behaviour:
    """An answer in chunks."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"})
        for piece in pieces:
            visit.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        visit.write(b"0\r\n\r\n")

    return answer


def conditional(body: str, etag: str) -> Behaviour:
    """An answer that honours ``If-None-Match``."""

    def answer(visit: Visit) -> None:
        if visit.headers.get("if-none-match") == etag:
            visit.head(304, {"ETag": etag})
        else:
            page(body, ETag=etag)(visit)

    return answer


def late(seconds: float, then: Behaviour) -> Behaviour:
    """An answer after a while."""

    def answer(visit: Visit) -> None:
        visit.closing.wait(seconds)
        then(visit)

    return answer


class Crowd:
    """An answer after a while. ``most`` is how many waited for it at once: counted before it is given, as its reader asks on at once."""

    def __init__(self, seconds: float, then: Behaviour):
        self._seconds, self._then = seconds, then
        self._now, self._lock = 0, threading.Lock()
        self.most = 0

    def __call__(self, visit: Visit) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        visit.closing.wait(self._seconds)
        with self._lock:
            self._now -= 1
        self._then(visit)


# Behaviours that are not


def stalled() -> Behaviour:
    """Takes the request and says nothing."""

    def answer(visit: Visit) -> None:
        visit.closing.wait(20)

    return answer


def reset() -> Behaviour:
    """Resets the connection."""

    def answer(visit: Visit) -> None:
        visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        visit.connection.close()

    return answer


def hung_up() -> Behaviour:
    """Closes the connection without a word."""
    return lambda visit: None


def garbage(data: bytes = b"\x16\x03\x01 this is no HTTP at all\r\n\r\n") -> Behaviour:
    """Answers with something that is no HTTP."""
    return lambda visit: visit.write(data)


def dripping(pause: float = 0.1, what: bytes = b"x", head: bool = False) -> Behaviour:
    """A byte at a time, for ever: of the body, or of the headers."""

    def answer(visit: Visit) -> None:
        if head:
            visit.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            visit.head(200, {"Content-Type": "text/html", "Content-Length": "1000000"})
        while not visit.closing.wait(pause):
            visit.write(what)

    return answer


def truncated(body: str, missing: int = 100) -> Behaviour:
    """Promises more than it sends."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": "text/html", "Content-Length": str(len(body.encode()) + missing)})
        visit.write(body.encode())

    return answer


def cut_chunks(body: bytes = b"<p>half a page") -> Behaviour:
    """Chunks without an end."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"})
        visit.write(b"%x\r\n%s\r\n" % (len(body), body))

    return answer


def bad_chunks() -> Behaviour:
    """Chunks whose size is no number."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": "text/html", "Transfer-Encoding": "chunked"})
        visit.write(b"zz\r\nhello\r\n-5\r\n")

    return answer


def endless(piece: bytes = b"<p>and so on</p>" * 4096) -> Behaviour:
    """A body that never ends, as fast as it is taken."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": "text/html"})
        while not visit.closing.is_set():
            visit.write(piece)

    return answer


def endless_headers() -> Behaviour:
    """Headers that never end."""

    def answer(visit: Visit) -> None:
        visit.write(b"HTTP/1.1 200 OK\r\n")
        while not visit.closing.is_set():
            visit.write(b"X-More: and more\r\n" * 100)

    return answer


def gzip_bomb(size: int = 50_000_000) -> Behaviour:
    """A small answer that is ``size`` zeros once decompressed."""
    return compressed(bytes(size))


def sends(encoding: str, data: bytes) -> Behaviour:
    """Bytes under a content encoding that they need not have; plain when the client asks for ``identity``."""

    def answer(visit: Visit) -> None:
        if visit.headers.get("accept-encoding") == "identity":
            page(b"<p>plain after all</p>")(visit)
        else:
            page(data, Content_Encoding=encoding)(visit)

    return answer


def counting_redirects(prefix: str = "/n/") -> Behaviour:
    """Redirects from ``/n/1`` to ``/n/2`` and so on, for ever."""

    def answer(visit: Visit) -> None:
        number = int(re.sub(r"\D", "", visit.path) or 0)
        redirect(f"{prefix}{number + 1}", 302)(visit)

    return answer


def needs_cookie(body: str) -> Behaviour:
    """Sets a cookie and redirects to itself until the cookie comes back."""

    def answer(visit: Visit) -> None:
        if "seen=yes" in visit.headers.get("cookie", ""):
            page(body)(visit)
        else:
            redirect(visit.target, 302, Set_Cookie="seen=yes; Path=/")(visit)

    return answer


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


BROTLI_BOMB = bytes.fromhex(
    "cfffff7f002400e2b14072effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffcfffff7f001200715800baf7ff"
)  # 67,108,864 zeros


def announced(length: str, body: str = "<p>a page that is longer than announced</p>") -> Behaviour:
    """A body under a ``Content-Length`` of one's own making."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": "text/html", "Content-Length": length, "Connection": "close"})
        visit.write(body.encode())

    return answer


def streamed(pieces: Callable[[], Iterable[bytes]], content_type: str = "application/xml") -> Behaviour:
    """A body of many pieces, made as they go out."""

    def answer(visit: Visit) -> None:
        visit.head(200, {"Content-Type": content_type, "Connection": "close"})
        for piece in pieces():
            visit.write(piece)

    return answer
