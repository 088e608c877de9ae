"""The bytes as served, kept at once: WARC 1.1 files that any WARC tool reads."""

from __future__ import annotations

import io
import os
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from presslift.errors import OutUnwritable
from presslift.scraper.fetch.response import Unreadable, decompress, media_type
from presslift.scraper.fetch.warc_records import Exchange, Had, exchange_records, info_record, payload_digest, revisit_record
from presslift.scraper.parse.encoding import decode

SYNC_SECONDS = 1.0
MAX_READ = 1_000_000_000
OPEN = ".open"
"""Beside a file that is being written stands an empty one with this ending: a killed run leaves it."""


@dataclass(frozen=True, kw_only=True)
class ArchivedResponse:
    """A response out of the archive; the fields mean what they mean in ``Response``."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: str
    warc: str
    offset: int

    @property
    def final_url(self) -> str:
        """The address that answered: each step of a redirect is a record of its own."""
        return self.url

    @property
    def content_type(self) -> str:
        """The media type alone, lower case."""
        return media_type(self.headers)

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return decode(self.body, self.headers.get("content-type"), [])[0]


class Archive:
    """A folder of WARC files, a new one each run and whenever one is full. Thread-safe.

    What ``write`` has returned survives a kill of the process; a crash of the machine may cost the last second, unless
    ``sync`` was called. ``max_file_size`` is in bytes. Raises ``OutUnwritable`` when the disk refuses.
    """

    def __init__(self, folder: Path, max_file_size: int = 1_000_000_000):
        self.folder, self.max_file_size = folder, max_file_size
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._size, self._synced_at, self._number = 0, 0.0, 0
        if folder.is_dir():
            for marker in sorted(folder.glob(f"*{OPEN}")):
                self._mend(marker)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, exchange: Exchange, *, had: Had | None = None) -> tuple[str, int]:
        """Append an exchange; the file's name and the offset at which its response starts.

        Where the body is, to the byte, that of the response ``had``, a revisit record refers to it, and its place is given.
        """
        same = had is not None and had.warc is not None and had.offset is not None and self._is_same(exchange, had.warc, had.offset)
        data = revisit_record(exchange, had) if same and had is not None else exchange_records(exchange)
        with self._lock:
            place = self._append(data)
        return (had.warc, had.offset) if same and had is not None and had.warc and had.offset is not None else place

    def _is_same(self, exchange: Exchange, file: str, offset: int) -> bool:
        try:
            with (self.folder / Path(file).name).open("rb") as stream:
                stream.seek(offset)
                record = next(iter(ArchiveIterator(stream)), None)
                return record is not None and record.rec_headers.get_header("WARC-Payload-Digest") == payload_digest(exchange.body)
        except (OSError, ArchiveLoadFailed, zlib.error, EOFError):
            return False

    def sync(self) -> None:
        """Have everything written so far on the disk itself."""
        with self._lock:
            self._sync()

    def close(self) -> None:
        """End the current file; ``write`` starts a new one."""
        with self._lock:
            self._finish()

    def read(self, file: str, offset: int) -> ArchivedResponse:
        """The response at a place that ``write`` returned. Raises ``LookupError`` when there is none."""
        path = self.folder / Path(file).name
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                for record in ArchiveIterator(stream):
                    if record.rec_type == "response" and (found := response_of(record, path.name, offset)):
                        return found
                    break
        except (OSError, ArchiveLoadFailed, zlib.error, EOFError, Unreadable) as error:
            raise LookupError(f"{path}: no response at {offset} ({error})") from error
        raise LookupError(f"{path}: no response at {offset}")

    def holds(self, file: str | None) -> bool:
        """Whether a file that ``write`` named is still there."""
        return file is not None and (self.folder / Path(file).name).is_file()

    def iterate(self) -> Iterator[ArchivedResponse]:
        """Every response, in the order of writing; a half-written end of a file is passed over."""
        for path in sorted(self.folder.glob("*.warc.gz")):
            yield from read_warc(path)

    def _append(self, data: bytes) -> tuple[str, int]:
        try:
            if self._file is None or self._size + len(data) > self.max_file_size:
                self._finish()
                self._begin()
            assert self._file is not None and self._path is not None
            offset = self._size
            self._put(data)
            if time.monotonic() - self._synced_at > SYNC_SECONDS:
                self._sync()
        except OSError as error:
            raise OutUnwritable(f"{self.folder}: can't be written ({error.strerror}); free some space, then run again") from error
        return self._path.name, offset

    def _begin(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        while True:
            self._number += 1
            path = self.folder / f"presslift-{stamp}-{self._number:04d}.warc.gz"
            try:
                self._file = path.open("xb", buffering=0)
                break
            except FileExistsError:
                continue
        self._path, self._size = path, 0
        Path(f"{path}{OPEN}").touch()
        self._put(info_record(path.name))
        self._sync()

    def _put(self, data: bytes) -> None:
        assert self._file is not None
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            # What stands there half is taken back, so that the file stays whole and the next record follows the last.
            self._file.truncate(self._size)
            self._file.seek(self._size)
            raise
        self._size += len(data)

    def _sync(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())
        self._synced_at = time.monotonic()

    def _finish(self) -> None:
        if self._file is None:
            return
        self._sync()
        self._file.close()
        Path(f"{self._path}{OPEN}").unlink(missing_ok=True)
        self._file = None

    def _mend(self, marker: Path) -> None:
        path = marker.with_name(marker.name.removesuffix(OPEN))
        try:
            if path.exists():
                whole = _whole_size(path)
                if whole < path.stat().st_size:
                    os.truncate(path, whole)
                if whole == 0:
                    path.unlink()
            marker.unlink()
        except OSError as error:
            raise OutUnwritable(f"{path}: can't be mended ({error.strerror}); check its permissions, then run again") from error


class _Records(ArchiveIterator):  # type: ignore[misc]
    """warcio's iterator, without its own words on stderr about what is damaged."""

    INC_RECORD = ""


def read_warc(path: Path, *, strict: bool = False) -> Iterator[ArchivedResponse]:
    """Every HTTP response of a WARC file, compressed or not, whoever wrote it; ends where the file is cut short or damaged.

    ``strict`` raises ``EOFError`` there. Raises ``OSError`` when the file can't be read.
    """
    damage = "no WARC"
    with path.open("rb") as stream:
        records = _Records(stream)
        try:
            for record in records:
                damage = ""
                if record.rec_type == "response" and record.http_headers is not None:
                    try:
                        found = response_of(record, path.name, 0)
                    except Unreadable:
                        continue
                    if getattr(record.raw_stream, "limit", 0) > 0:
                        damage = "cut short"
                        break
                    if found:
                        # Known once the record was read; asked for earlier, it reads the record away.
                        yield replace(found, offset=records.get_record_offset())
        except (ArchiveLoadFailed, zlib.error, EOFError) as error:
            damage = " ".join(str(error).split()) or "cut short"
        except (AttributeError, ValueError, TypeError):  # what warcio raises on headers that are none
            damage = "damaged"
    if strict and not damage:
        with path.open("rb") as stream:
            zipped = stream.read(2) == b"\x1f\x8b"
        damage = "cut short" if zipped and _whole_size(path) < path.stat().st_size else ""
    if strict and damage:
        raise EOFError(damage)


def response_of(record: Any, name: str, offset: int) -> ArchivedResponse | None:
    """The response that a WARC record holds; None when it holds none. Raises ``Unreadable`` for a body that can't be had."""
    status = record.http_headers.get_statuscode() if record.http_headers else ""
    if not (status.isdecimal() and len(status) == 3):
        return None
    headers: dict[str, str] = {}
    for key, value in record.http_headers.headers:
        key = key.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    raw = record.raw_stream.read()
    if "chunked" in headers.get("transfer-encoding", "").lower():
        # Other writers keep the chunks, or the header without them: the reader tells which.
        reader = ChunkedDataReader(io.BytesIO(raw))
        raw = b"".join(iter(reader.read, b""))
    return ArchivedResponse(
        url=record.rec_headers.get_header("WARC-Target-URI") or "",
        status=int(status),
        headers=headers,
        body=decompress(raw, headers.get("content-encoding", ""), MAX_READ),
        fetched_at=record.rec_headers.get_header("WARC-Date") or "",
        warc=name,
        offset=offset,
    )


def _whole_size(path: Path) -> int:
    """How many bytes of a file are whole gzip members."""
    whole = 0
    with path.open("rb") as stream:
        engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        position = 0
        while chunk := stream.read(1 << 20):
            while chunk:
                try:
                    engine.decompress(chunk)
                except zlib.error:
                    return whole
                if not engine.eof:
                    position += len(chunk)
                    break
                position += len(chunk) - len(engine.unused_data)
                whole, chunk = position, engine.unused_data
                engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return whole
