"""What WARC files are made of: exchanges, references to earlier ones, and the record in front, as bytes (WARC 1.1)."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from presslift.scraper.fetch.credentials import redacted

LEVEL = 5
SPECIFICATION = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and its answer as they went over the wire; ``body`` still compressed, transfer coding undone."""

    url: str
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    request_headers: list[tuple[str, str]]
    fetched_at: str
    method: str = "GET"


class Had(NamedTuple):
    """What an earlier run has of an address: its validators, the SHA-256 of its body, when it came, and where it is archived."""

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    fetched_at: str | None = None
    warc: str | None = None
    offset: int | None = None


def response_record(url: str, http: StatusAndHeaders, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A response's record, not compressed; ``headers`` are WARC's own, such as its date and its id."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    writer.write_record(
        writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=dict(headers))
    )
    return buffer.getvalue()


def exchange_records(exchange: Exchange) -> bytes:
    """A response's record and its request's, compressed."""
    # Response first: its offset is what the store keeps.
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    headers = [(_name(name), _clean(value)) for name, value in exchange.headers]
    http = StatusAndHeaders(f"{exchange.status} {_ascii(exchange.reason)}".strip(), headers, protocol="HTTP/1.1")
    dated = {"WARC-Date": exchange.fetched_at}

    def record(kind: str, payload: bytes, head: StatusAndHeaders, more: dict[str, str]) -> Any:
        return writer.create_warc_record(exchange.url, kind, payload=io.BytesIO(payload), http_headers=head, warc_headers_dict=more)

    response = record("response", exchange.body, http, dated)
    sent = _cleaned(redacted(exchange.request_headers))
    asked = StatusAndHeaders(f"{exchange.method} {_target(exchange.url)} HTTP/1.1", sent, is_http_request=True)
    writer.write_record(response)
    first = buffer.tell()
    writer.write_record(record("request", b"", asked, {**dated, "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}))
    data = buffer.getvalue()
    return _member(data[:first]) + _member(data[first:])


def revisit_record(exchange: Exchange, had: Had) -> bytes:
    """A record that says that what came is what was had before, compressed."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    headers = [(_name(name), _clean(value)) for name, value in exchange.headers]
    http = StatusAndHeaders(f"{exchange.status} {_ascii(exchange.reason)}".strip(), headers, protocol="HTTP/1.1")
    dated = {"WARC-Date": exchange.fetched_at}
    writer.write_record(
        writer.create_revisit_record(
            exchange.url,
            payload_digest(exchange.body),
            exchange.url,
            had.fetched_at or exchange.fetched_at,
            http_headers=http,
            warc_headers_dict=dated,
        )
    )
    return _member(buffer.getvalue())


def payload_digest(payload: bytes) -> str:
    """The digest of a body as WARC writes it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode("ascii")


def info_record(name: str) -> bytes:
    """The record that a file begins with, compressed."""
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    facts = {"software": "presslift", "format": "WARC File Format 1.1", "conformsTo": SPECIFICATION}
    writer.write_record(writer.create_warcinfo_record(name, facts))
    return _member(buffer.getvalue())


def _member(data: bytes) -> bytes:
    engine = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return engine.compress(data) + engine.flush()


def _name(name: str) -> str:
    # The transfer coding is undone in what is kept; archives mark the header so.
    return f"X-Archive-Orig-{name}" if name.lower() == "transfer-encoding" else _ascii(name)


def _ascii(text: str) -> str:
    return _clean(text).encode("ascii", "replace").decode("ascii")


def _clean(value: str) -> str:
    return " ".join(value.split())


def _cleaned(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _clean(value)) for name, value in headers]


def _target(url: str) -> str:
    parts = urlsplit(url)
    return quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + ("?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?") if parts.query else "")
