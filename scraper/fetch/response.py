"""What comes back: one answer of a server, and how its body is read within bounds."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from presslift.scraper.parse.encoding import decode

CHUNK = 65_536
UNMEASURED = 4_000_000
"""Bytes that a body may become once decompressed before the rest is measured."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """One answer, redirects followed.

    ``url`` is the address asked, ``final_url`` the one that answered; ``headers`` have names in lower case, repeated ones
    joined by commas; ``body`` is decompressed and ``sha256`` of it; ``redirects`` are (status, address that answered so), in
    order; ``warc`` and ``offset`` tell where it is archived; ``elapsed`` is seconds, waiting and retries left out.
    """

    url: str
    final_url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: str
    sha256: str
    redirects: tuple[tuple[int, str], ...] = ()
    warc: str | None = None
    offset: int | None = None
    elapsed: float = 0.0
    attempts: int = 1

    @property
    def not_modified(self) -> bool:
        """Whether what was had before is still good (304)."""
        return self.status == 304

    @property
    def content_type(self) -> str:
        """The media type alone, lower case; ``""`` when none is declared."""
        return media_type(self.headers)

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return decode(self.body, self.headers.get("content-type"), [])[0]


class Answered(Protocol):
    """What ``Response`` and ``ArchivedResponse`` have in common."""

    @property
    def url(self) -> str:
        """The address asked."""

    @property
    def final_url(self) -> str:
        """The address that answered."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> dict[str, str]:
        """Names in lower case."""

    @property
    def body(self) -> bytes:
        """Decompressed."""

    @property
    def content_type(self) -> str:
        """The media type alone, lower case."""

    @property
    def text(self) -> str:
        """The body as text."""


class Unreadable(Exception):
    """A body that can't be had: ``reason`` as in ``records.FAILURE_REASONS``; ``again`` when asking again may help."""

    def __init__(self, reason: str, detail: str, again: bool = False):
        super().__init__(detail)
        self.reason, self.detail, self.again = reason, detail, again


def media_type(headers: dict[str, str]) -> str:
    """The media type of a ``Content-Type`` header, without parameters."""
    return headers.get("content-type", "").split(";", 1)[0].strip().lower()


def read_body(raw: Any, max_size: int, deadline: float, *, cut: bool = False) -> bytes:
    """The body of an ``urllib3`` response as sent, still compressed.

    Raises ``Unreadable`` (``too_large``, ``timeout``) past ``max_size`` bytes or the monotonic time ``deadline``; with ``cut``
    the first ``max_size`` bytes are given instead. Truncated and malformed bodies raise what urllib3 raises.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in _pieces(raw):
        size += len(piece)
        pieces.append(piece)
        if size > max_size:
            if cut:
                return b"".join(pieces)[:max_size]
            raise Unreadable("too_large", f"more than {max_size:,} bytes")
        if time.monotonic() > deadline:
            raise Unreadable("timeout", f"the answer had not ended in time, {size:,} bytes had come", again=True)
    return b"".join(pieces)


def _pieces(raw: Any) -> Iterator[bytes]:
    yield from raw.stream(CHUNK, decode_content=False)


def decompress(data: bytes, encoding: str, max_size: int, *, cut: bool = False) -> bytes:
    """Undo a ``Content-Encoding`` (gzip, deflate, or several), never holding more than ``max_size`` bytes.

    Raises ``Unreadable``: ``too_large`` for bombs (``cut`` gives the first ``max_size`` bytes), ``bad_answer`` for an encoding
    nobody asked for, ``connection`` for one that is cut short or broken.
    """
    names = [name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in ("", "identity")]
    if len(names) > 2:
        raise Unreadable("bad_answer", f"compressed {len(names)} times")
    for name in reversed(names):
        if name not in ("gzip", "x-gzip", "deflate"):
            raise Unreadable("bad_answer", f"compressed as {name[:20]}, which was not asked for", again=True)
        data = _inflate(data, name, max_size, cut)
    return data


def _inflate(data: bytes, name: str, max_size: int, cut: bool) -> bytes:
    if not data:
        return data
    if name != "deflate" and data[:2] != b"\x1f\x8b":
        return data  # Some caches keep the header and serve the plain text.
    try:
        return _inflated(data, zlib.MAX_WBITS | 16 if name != "deflate" else zlib.MAX_WBITS, max_size, cut)
    except zlib.error as error:
        if name != "deflate":
            raise Unreadable("connection", f"broken {name} body ({error})", again=True) from error
    try:
        return _inflated(data, -zlib.MAX_WBITS, max_size, cut)  # Deflate without its wrapper: what old servers call so.
    except zlib.error:
        return data


def _inflated(data: bytes, bits: int, max_size: int, cut: bool) -> bytes:
    pieces: list[bytes] = []
    room = max_size
    while data:
        engine = zlib.decompressobj(bits)
        piece = engine.decompress(data, min(room + 1, UNMEASURED))
        if engine.unconsumed_tail and len(piece) <= room and (cut or len(piece) + _more(engine.copy(), room) <= room):
            piece += engine.decompress(engine.unconsumed_tail, room + 1 - len(piece))
        room -= len(piece)
        if room < 0 or engine.unconsumed_tail:
            if cut:
                return b"".join([*pieces, piece])[:max_size]
            raise Unreadable("too_large", f"more than {max_size:,} bytes once decompressed")
        pieces.append(piece)
        if not engine.eof:
            if cut:
                break
            raise Unreadable("connection", "the compressed body is cut short", again=True)
        # Several members may follow one another; zeros or rubbish after the last are let pass, as browsers do.
        data = engine.unused_data if engine.unused_data[:2] == b"\x1f\x8b" else b""
    return b"".join(pieces)


def _more(engine: zlib._Decompress, most: int) -> int:
    """How many bytes are still to come, counted up to ``most`` without holding them."""
    size = 0
    while engine.unconsumed_tail and not engine.eof and size <= most:
        size += len(engine.decompress(engine.unconsumed_tail, 16 * CHUNK))
    return size
