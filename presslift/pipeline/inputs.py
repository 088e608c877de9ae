"""Files, folders, addresses and WARCs → records, one after another, without state."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from presslift.config import Settings
from presslift.errors import FetchError, ParseError, PressliftError, UsageError
from presslift.pipeline.one_page import extract
from presslift.records import Article
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.verdict import judge

PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
WARCS = (".warc", ".warc.gz")
ENCODE = msgspec.json.Encoder(order="deterministic")


def extract_all(
    inputs: Sequence[str], url: str | None, settings: Settings, *, explicit_delay: bool = False
) -> Iterator[tuple[bytes, PressliftError | None]]:
    """A JSON line for each page of each input, or the error that names it. Folders are walked in order of names."""
    for text in inputs:
        try:
            for html, address in _pages(text, url, settings, explicit_delay):
                try:
                    yield _line(extract(html, address, config=settings)), None
                except ParseError as error:
                    yield b"", error
        except PressliftError as error:
            yield b"", error


def _line(article: Article) -> bytes:
    return ENCODE.encode(article)


def _pages(text: str, url: str | None, settings: Settings, explicit_delay: bool) -> Iterator[tuple[bytes, str | None]]:
    if text == "-":
        yield sys.stdin.buffer.read(), url
        return
    if text.startswith(("http://", "https://")):
        yield _fetched(text, settings, explicit_delay)
        return
    path = Path(text)
    if path.is_dir():
        for child in sorted(p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith(PAGES + WARCS)):
            yield from _file(child, None)
    elif path.is_file():
        yield from _file(path, url)
    else:
        raise UsageError(f"{text}: no such file or folder, and no web address")


def _file(path: Path, url: str | None) -> Iterator[tuple[bytes, str | None]]:
    if path.name.lower().endswith(WARCS):
        yield from _warc(path)
        return
    try:
        data = path.read_bytes()
        yield gzip.decompress(data) if path.name.lower().endswith(".gz") else data, url
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: can't be read ({error})") from error


def _warc(path: Path) -> Iterator[tuple[bytes, str | None]]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                kind = (record.http_headers.get_header("content-type") or "") if record.http_headers else ""
                if record.rec_type == "response" and "html" in kind and record.http_headers.get_statuscode() == "200":
                    yield record.content_stream().read(), record.rec_headers.get_header("WARC-Target-URI")
    except (OSError, ArchiveLoadFailed) as error:
        raise UsageError(f"{path}: is no readable WARC ({error})") from error


def _fetched(url: str, settings: Settings, explicit_delay: bool) -> tuple[bytes, str]:
    client = Client(settings.fetch, url, explicit_delay=explicit_delay)
    try:
        response = client.get(url)
    finally:
        client.close()
    verdict = judge(response)
    if not verdict.ok:
        raise FetchError(url, verdict.reason or "http_status", verdict.detail, response.status)
    return response.body, response.final_url
