"""Files, folders, addresses and WARCs → records, one after another, without state."""

from __future__ import annotations

import gzip
import io
import logging
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, redirect_stderr
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import msgspec

from presslift.config import Settings
from presslift.defects import TraceLog, described, keep_trace, of_one_page, trace_file, traced_to
from presslift.errors import FetchError, ParseError, PressliftError, UsageError
from presslift.pipeline.one_page import record_of
from presslift.pipeline.reading import NOT_ARTICLES
from presslift.scraper.fetch.addresses import site_host, start_address
from presslift.scraper.fetch.archive import ArchivedResponse, read_warc
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.parse.page import read_page

PAGES = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz", ".xhtml.gz")
WARCS = (".warc", ".warc.gz")
GZIP = b"\x1f\x8b"
ENCODE = msgspec.json.Encoder(order="deterministic")
log = logging.getLogger("presslift")


class Page(NamedTuple):
    """A page as it was had: what errors call it, its bytes, where it was served, what the server said of its type.

    ``crawled`` is one that nobody named, out of a WARC: it may be no article.
    """

    name: str
    html: bytes
    url: str | None
    content_type: str | None = None
    crawled: bool = False


def extract_all(
    inputs: Sequence[str], url: str | None, settings: Settings, *, explicit_delay: bool = False, stop: threading.Event | None = None
) -> Iterator[tuple[bytes, PressliftError | None]]:
    """A JSON line for each page of each input, or the error that names it; folders are walked in order of names.

    Where a transform failed, the record without it comes first and then the error, with an empty line.

    ``url`` is where a single file, or standard input, was served. Raises ``UsageError`` when it is given for more than that.
    """
    if url is not None and len(inputs) > 1:
        raise UsageError(f"--url {url}: says where one page was served, and {len(inputs)} inputs are given; give one at a time")
    place = start_address(url) if url else None
    with traced_to(TraceLog()), Inputs(settings, explicit_delay, stop) as source:
        for text in inputs:
            passed_over = 0
            for page in source.pages(text, place):
                outcomes = [(b"", page)] if isinstance(page, PressliftError) else _outcomes(page, settings)
                passed_over += not outcomes
                yield from outcomes
            if passed_over:
                log.warning("%s: %d pages that are no articles (home, archives, search) were passed over", text, passed_over)


def _outcomes(page: Page, settings: Settings) -> list[tuple[bytes, PressliftError | None]]:
    """A page's record as a JSON line, and what failed; nothing for one that nobody named and that is no article."""
    faults: list[tuple[bytes, PressliftError | None]] = []

    def failed(name: str, error: BaseException) -> None:
        log = keep_trace(error, page.name)
        faults.append((b"", UsageError(f"{page.name}: transform {name} failed and was left out: {described(error)}{_see(log)}")))

    try:
        with of_one_page(page.name):
            read = read_page(page.html, page.url, content_type=page.content_type, settings=settings.site, custom=settings.custom)
            if page.crawled and read.metadata.kind in NOT_ARTICLES:
                return []
            return [(ENCODE.encode(record_of(read, page.url, settings, failed)), None), *faults]
    except ParseError as error:
        see = _see(trace_file()) if error.reason == "parse_error" else ""
        return [(b"", UsageError(f"{page.name}: {error.reason}{f' ({error.detail})' if error.detail else ''}{see}"))]


def _too_large(name: str, most: int) -> UsageError:
    return UsageError(f"{name}: too_large (more than fetch.max_page_size, {most:,} bytes)")


def _see(log: Path | None) -> str:
    return f"; the traceback is in {log}" if log else ""


def _quietly(responses: Iterator[ArchivedResponse]) -> Iterator[ArchivedResponse]:
    """The same, without what the WARC library writes to stderr by itself: errors are told once, by their input."""
    while True:
        with redirect_stderr(io.StringIO()):
            found = next(responses, None)
        if found is None:
            return
        yield found


class Inputs:
    """Gets pages from wherever they are; what can't be had is given as an error, and the rest goes on."""

    def __init__(self, settings: Settings, explicit_delay: bool, stop: threading.Event | None):
        self._settings, self._explicit_delay, self._stop = settings, explicit_delay, stop
        self._clients: dict[str, Client] = {}
        self._open = ExitStack()

    def __enter__(self) -> Inputs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def pages(self, text: str, url: str | None) -> Iterator[Page | PressliftError]:
        """The pages of one input: ``-``, an address, a folder, a file."""
        if text == "-":
            most = self._settings.fetch.max_page_size
            data = sys.stdin.buffer.read(most + 1)
            yield _too_large("standard input", most) if len(data) > most else Page("standard input", data, url)
        elif text.lower().startswith(("http://", "https://")):
            yield self._fetched(text)
        elif Path(text).is_dir():
            files = sorted(p for p in Path(text).rglob("*") if p.name.lower().endswith(PAGES + WARCS) and p.is_file())
            for path in files:
                yield from self._file(path, None)
            if not files:
                yield UsageError(f"{text}: no pages in this folder; they end in {', '.join((*PAGES[:3], *WARCS))}")
        elif Path(text).exists():
            yield from self._file(Path(text), url)
        else:
            yield UsageError(f"{text}: no such file or folder, and no web address")

    def _file(self, path: Path, url: str | None) -> Iterator[Page | PressliftError]:
        if path.name.lower().endswith(WARCS):
            yield from self._warc(path)
            return
        most = self._settings.fetch.max_page_size
        try:
            with path.open("rb") as file:
                zipped = file.peek(2)[:2] == GZIP
                with gzip.open(file) if zipped else file as content:
                    data = content.read(most + 1)
        except OSError as error:
            yield UsageError(f"{path}: can't be read ({error.strerror or error})")
        except (EOFError, zlib.error) as error:
            yield UsageError(f"{path}: can't be read (damaged gzip: {error})")
        else:
            too_large = len(data) > most
            yield _too_large(str(path), most) if too_large else Page(str(path), data, url)

    def _warc(self, path: Path) -> Iterator[Page | PressliftError]:
        try:
            for found in _quietly(read_warc(path, strict=True)):
                if found.status == 200 and "html" in found.content_type:
                    verdict = judge(found, "page")
                    if len(found.body) > self._settings.fetch.max_page_size:
                        yield _too_large(f"{path}: {found.url}", self._settings.fetch.max_page_size)
                    elif verdict.ok:
                        yield Page(f"{path}: {found.url}", found.body, found.url, found.headers.get("content-type"), crawled=True)
                    elif not verdict.protected:
                        yield FetchError(f"{path}: {found.url}", verdict.reason or "http_status", verdict.detail, found.status)
        except OSError as error:
            yield UsageError(f"{path}: can't be read ({error.strerror or error})")
        except EOFError as error:
            yield UsageError(f"{path}: is no whole WARC ({error}); what stands before that was read")

    def _fetched(self, url: str) -> Page | PressliftError:
        try:
            response = self._client(start_address(url)).get(url)
        except (FetchError, UsageError) as error:
            return error
        verdict = judge(response)
        if not verdict.ok:
            return FetchError(url, verdict.reason or "http_status", verdict.detail, response.status)
        return Page(url, response.body, response.final_url, response.headers.get("content-type"))

    def _client(self, url: str) -> Client:
        # One for each site, so that its pace holds and its robots.txt is asked for once.
        host = site_host(url)
        if host not in self._clients:
            client = Client(self._settings.fetch, url, explicit_delay=self._explicit_delay, stop=self._stop)
            self._clients[host] = self._open.enter_context(client)
        return self._clients[host]
