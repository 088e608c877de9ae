"""Content taken out of WARC files for good: records replaced by others of the same length, so that every offset holds."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders

from presslift.errors import OutUnwritable
from presslift.scraper.fetch.archive import ArchivedResponse, response_of
from presslift.scraper.fetch.response import Unreadable
from presslift.scraper.fetch.warc_records import response_record

EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
"""A stored block of deflate that holds nothing: padding that every reader passes over."""
LAST_BLOCK = b"\x01\x00\x00\xff\xff"
KEPT_HEADERS = ("content-type", "link", "x-wp-total", "x-wp-totalpages")

Redact = Callable[[ArchivedResponse], bytes | None]
"""A response's body as it is to stand from now on: None to leave it, ``b""`` to leave nothing of it."""


class Member(NamedTuple):
    """One gzip member of a file: where it starts, how long it is, and what it holds."""

    offset: int
    size: int
    data: bytes


class Blanked(NamedTuple):
    """A record that was rewritten: its file, its offset, and the SHA-256 of its body as it is now; None when nothing is left."""

    warc: str
    offset: int
    sha256: str | None


def blank(path: Path, redact: Redact) -> list[Blanked]:
    """Rewrite the responses of a WARC file that ``redact`` gives another body; the file is replaced by its like at once.

    Raises ``OutUnwritable``.
    """
    done: list[Blanked] = []

    def change(member: Member) -> bytes | None:
        response = _response(member, path.name)
        body = redact(response) if response is not None else None
        if response is None or body is None:
            return None
        record = _redone(response, body)
        if body and packed(record, member.size) is None:
            body = b""
            record = _redone(response, body)
        done.append(Blanked(path.name, member.offset, hashlib.sha256(body).hexdigest() if body else None))
        return record

    rewrite(path, change)
    return done


def _response(member: Member, name: str) -> ArchivedResponse | None:
    if b"WARC-Type: response" not in member.data[:2000]:
        return None
    try:
        for record in ArchiveIterator(io.BytesIO(member.data)):
            return response_of(record, name, member.offset)
    except (ArchiveLoadFailed, Unreadable, zlib.error, EOFError):
        return None
    return None


def _redone(response: ArchivedResponse, body: bytes) -> bytes:
    headers = [(k, v) for k, v in response.headers.items() if k in KEPT_HEADERS] if body else []
    if "html" in response.content_type:
        headers = [("Content-Type", "text/html; charset=utf-8"), *(h for h in headers if h[0] != "content-type")] if body else []
    status = f"{response.status} OK" if body else "410 Forgotten"
    http = StatusAndHeaders(status, [*headers, ("Content-Length", str(len(body)))], protocol="HTTP/1.1")
    return response_record(response.url, http, body, {"WARC-Date": response.fetched_at})


# ---- files and members


def members(path: Path) -> Iterator[Member]:
    """The gzip members of a file, in order; ends where the file is cut short."""
    with path.open("rb") as stream:
        offset, rest = 0, b""
        while True:
            engine, pieces, size = zlib.decompressobj(zlib.MAX_WBITS | 16), [], 0
            while not engine.eof:
                chunk, rest = rest or stream.read(1 << 18), b""
                if not chunk:
                    return
                try:
                    pieces.append(engine.decompress(chunk))
                except zlib.error:
                    return
                size += len(chunk) - len(engine.unused_data)
            rest = engine.unused_data
            yield Member(offset, size, b"".join(pieces))
            offset += size


def packed(data: bytes, size: int) -> bytes | None:
    """``data`` as a gzip member of exactly ``size`` bytes; None when it does not fit."""
    for level in (5, 9):
        engine = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        # A sync flush ends at a byte's edge: what follows are blocks of our own.
        body = engine.compress(data) + engine.flush(zlib.Z_SYNC_FLUSH)
        spare = size - len(body) - 10 - len(LAST_BLOCK) - 8
        blocks, extra = divmod(spare, len(EMPTY_BLOCK))
        if 0 < extra < 2:
            # A field of the header takes two bytes for its own length.
            blocks, extra = blocks - 1, extra + len(EMPTY_BLOCK)
        if spare >= 0 and blocks >= 0:
            break
    else:
        return None
    head = b"\x1f\x8b\x08" + (b"\x04" if extra else b"\x00") + bytes(4) + b"\x00\xff"
    field = (extra - 2).to_bytes(2, "little") + bytes(extra - 2) if extra else b""
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return head + field + body + EMPTY_BLOCK * blocks + LAST_BLOCK + tail


def rewrite(path: Path, change: Callable[[Member], bytes | None]) -> int:
    """Replace the members of a file for which ``change`` gives other data; how many were.

    The file is written anew beside the old one and moved in its place, whole. Raises ``OutUnwritable``.
    """
    changed = [(member.offset, member.size, data) for member in members(path) if (data := change(member)) is not None]
    if not changed:
        return 0
    new = path.with_name(f".{path.name}.new")
    try:
        with path.open("rb") as old, new.open("wb") as out:
            position = 0
            for offset, size, data in changed:
                _copy(old, out, offset - position)
                out.write(packed(data, size) or packed(b"", size) or b"")
                old.seek(size, os.SEEK_CUR)
                position = offset + size
            _copy(old, out, path.stat().st_size - position)
            out.flush()
            os.fsync(out.fileno())
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise OutUnwritable(f"{path}: can't be rewritten ({error.strerror}); free some space, then run again") from error
    return len(changed)


def _copy(old: BinaryIO, out: BinaryIO, size: int) -> None:
    while size > 0 and (chunk := old.read(min(1 << 20, size))):
        out.write(chunk)
        size -= len(chunk)
