"""One run's way to the site: each address asked once, each response noted in the store; and back from the archive."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from presslift.errors import FetchError
from presslift.pipeline.trust import is_trusted
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.response import Response
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.fetch.warc_records import Had
from presslift.store import Row, Store

GIVE_UP_AFTER = 40
"""Addresses in a row from which nothing but trouble came; then the home page is asked whether the site is still there."""

CONDITIONAL = ("page", "feed", "sitemap")
"""Kinds of which an answer had before is asked for only if it changed."""
SAMPLED = 20
"""Of so many such addresses one is asked for in any case: a server may call unchanged what is not."""


def now() -> str:
    """The time in UTC, RFC 3339, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def is_outage(reason: str | None, status: int | None) -> bool:
    """Whether a failure speaks of the whole site (down, overloaded, walled off, replaced) rather than of one page."""
    if reason == "http_status":
        return status is not None and (status >= 500 or status == 429)
    return reason in ("timeout", "connection", "bot_wall", "login_wall", "server_error_page", "parked")


class Getter:
    """``discover.Get`` over a client, a store and an archive.

    An address answered earlier in the same run, also before a crash, comes from the archive. Failures are remembered for
    the run, so that a dead address is asked once. A site that is down, or has shut its door, is left in peace: what is
    still to be asked fails without being asked. What an earlier run had is asked for only if it changed, unless ``full``;
    ``suspects`` are numbers of responses, earlier and new, that the server would have called the same and that are not;
    nothing is asked after ``until``, a monotonic time; ``partial`` is set for a run that does not ask every list.
    ``since`` is the first run whose answers count as this run's: a run that finds what earlier ones began to find, and had
    no budget for, sets it for as long as it does. ``cut_short`` is whether a budget was used up.
    """

    def __init__(
        self,
        store: Store,
        client: Client,
        archive: Archive,
        run: int,
        *,
        any_run: bool = False,
        full: bool = False,
        until: float | None = None,
    ):
        self._store, self._client, self._archive, self._run = store, client, archive, run
        self._any_run = any_run
        self._conditional = not any_run and not full and is_trusted(store, "validators")
        self._until = until
        self._past_cache = not is_trusted(store, "rest")
        self._had: dict[str, Row] = {}
        self.suspects: list[tuple[int, int]] = []
        self.partial = False
        self.since = run
        self.cut_short = False
        self._failed: dict[str, FetchError] = {}
        self._troubles = 0
        self._given_up: FetchError | None = None
        self.stop = threading.Event()

    def __call__(self, url: str, *, kind: str, accept: str | None = None) -> Response:
        """Ask for one address, or give what this run has of it. Raises ``FetchError``."""
        if kind == "rest" and self._past_cache:
            url += f"{'&' if '?' in url else '?'}presslift={self._run}"
        if url in self._failed:
            raise self._failed[url]
        kept = self._kept(url)
        if kept is not None:
            return kept
        if self._is_over():
            raise self._unasked(url)
        try:
            had = self._earlier(url, kind)
            response = self._client.get(url, kind=kind, accept=accept, etag=had.etag, last_modified=had.last_modified, had=had)
            if response.not_modified:
                response = self._as_it_was(url) or self._client.get(url, kind=kind, accept=accept)
        except FetchError as error:
            self._fail(url, error)
            raise
        self._troubles = 0
        self.note(kind, response)
        return response

    # ---- what was had before

    def ask_past_cache(self) -> None:
        """Have REST asked under addresses that no cache has an answer to, from now on."""
        self._past_cache = True

    def anew(self, url: str) -> int:
        """Ask for a page whatever is had of it; the number of its response. Raises ``FetchError``."""
        known = self.known(url)
        return int(known["id"]) if known is not None else self.note("page", self._client.get(url, kind="page"))

    def _earlier(self, url: str, kind: str) -> Had:
        """What an earlier run has of an address. Its validators are told the server where these are believed, but for some."""
        if self._any_run:
            return Had()
        row = self._store.row("SELECT * FROM responses WHERE url = ? AND run < ? ORDER BY id DESC LIMIT 1", url, self._run)
        if row is None or row["status"] != 200 or row["final_url"] != url or not self._archive.holds(row["warc"]):
            return Had()
        told = Had(sha256=row["sha256"], fetched_at=row["fetched_at"], warc=row["warc"], offset=row["offset"])
        if not self._conditional or kind not in CONDITIONAL:
            return told
        self._had[url] = row
        if zlib.crc32(f"{url} {self._run}".encode()) % SAMPLED == 0:
            return told
        return told._replace(etag=row["etag"], last_modified=row["last_modified"])

    def _as_it_was(self, url: str) -> Response | None:
        """The archived answer that the server says is still good; None when it is not to be had any more."""
        row = self._had.get(url)
        try:
            return replace(self._response(row), fetched_at=now()) if row is not None else None
        except LookupError:
            return None

    def _fail(self, url: str, error: FetchError) -> None:
        self._failed[url] = error
        self.cut_short = self.cut_short or error.reason == "budget"
        self._count(error)

    def _count(self, error: FetchError) -> None:
        if error.attempts == 0 or not is_outage(error.reason, error.status):
            return
        self._troubles += 1
        if self._troubles >= GIVE_UP_AFTER and self._given_up is None:
            self._given_up, self._troubles = self.trouble_at_home(), 0

    def trouble_at_home(self) -> FetchError | None:
        """Ask the home page anew: what is wrong with the site, None when it is well."""
        try:
            home = self._client.get(self._client.start_url, kind="page")
        except FetchError as failed:
            return failed if is_outage(failed.reason, failed.status) else None
        verdict = judge(home)
        if not is_outage(verdict.reason, home.status):
            return None
        return FetchError(home.url, verdict.reason or "http_status", verdict.detail, home.status)

    def _is_over(self) -> bool:
        return self._given_up is not None or (self._until is not None and time.monotonic() > self._until)

    def _unasked(self, url: str) -> FetchError:
        if self._given_up is None:
            self.cut_short = True
            return FetchError(url, "budget", "not asked: sync.allowed_hours are over", attempts=0)
        why = f"not asked: {GIVE_UP_AFTER} addresses in a row gave trouble, and the home page does: {self._given_up.detail}"
        return FetchError(url, self._given_up.reason, why, self._given_up.status, attempts=0)

    @property
    def requests_left(self) -> int | None:
        """What the budget of requests has left; None where there is none."""
        most = self._client.settings.max_requests
        return None if most is None else max(0, most - self._client.requests)

    @property
    def authenticated(self) -> bool:
        """Whether REST is asked in the name of an account."""
        return self._client.authenticated

    @property
    def online(self) -> bool:
        """Whether the site is asked; otherwise the archive is all there is."""
        return not self._any_run

    def known(self, url: str) -> Row | None:
        """This run's response to an address; any run's, newest first, for work without a network."""
        if self._any_run:
            return self._store.row("SELECT * FROM responses WHERE url = ? ORDER BY id DESC LIMIT 1", url)
        return self._store.row("SELECT * FROM responses WHERE url = ? AND run = ? ORDER BY id DESC LIMIT 1", url, self._run)

    def note(self, kind: str, response: Response) -> int:
        """Write a response down; its number."""
        number = self._store.add_response(
            self._run,
            kind,
            {
                "url": response.url,
                "fetched_at": response.fetched_at,
                "status": response.status,
                "final_url": response.final_url,
                "content_type": response.headers.get("content-type"),
                "etag": response.headers.get("etag"),
                "last_modified": response.headers.get("last-modified"),
                "sha256": response.sha256,
                "warc": response.warc,
                "offset": response.offset,
            },
        )
        had = self._had.get(response.url)
        if had is not None and kind == "page" and response.status == 200 and had["sha256"] != response.sha256:
            told = "etag" if had["etag"] else "last_modified"
            if had[told] and had[told] == response.headers.get(told.replace("_", "-")):
                # What would have been called unchanged is not, to the byte.
                self.suspects.append((had["id"], number))
        return number

    def many(self, urls: Iterable[str], kind: str) -> Iterator[tuple[str, Response | FetchError]]:
        """Ask for many addresses at once, in order of completion; the caller leaves out those this run has (``known``)."""
        unasked: list[str] = []
        conditions = lambda url: self._earlier(url, kind)  # noqa: E731
        for url, answer in self._client.map(self._while_well(urls, unasked), kind=kind, conditions=conditions):
            if not isinstance(answer, FetchError) and answer.not_modified:
                answer = self._as_it_was(url) or self._again(url, kind)
            if isinstance(answer, FetchError):
                self._fail(url, answer)
            else:
                self._troubles = 0
                self.note(kind, answer)
            yield url, answer
        for url in unasked:
            yield url, self._unasked(url)

    def _again(self, url: str, kind: str) -> Response | FetchError:
        try:
            return self._client.get(url, kind=kind)
        except FetchError as error:
            return error

    def _while_well(self, urls: Iterable[str], unasked: list[str]) -> Iterator[str]:
        for url in urls:
            if self._is_over():
                unasked.append(url)
            else:
                yield url

    def gather(self, urls: Iterable[str], *, kind: str) -> dict[str, Response | FetchError]:
        """Ask for some addresses at once; what this run has of them already comes from the archive."""
        found: dict[str, Response | FetchError] = {}
        left: list[str] = []
        for url in urls:
            kept = self._failed.get(url) or self._kept(url)
            if kept is None:
                left.append(url)
            else:
                found[url] = kept
        found.update(self.many(left, kind))
        for url in left:
            if url not in found:
                # Stopped under way: asking says so.
                try:
                    found[url] = self(url, kind=kind)
                except FetchError as error:
                    found[url] = error
        return found

    def archived(self, number: int) -> tuple[Row, Response]:
        """A noted response by its number, with its bytes. Raises ``FetchError`` when the archive has it no more."""
        row = self._store.row("SELECT * FROM responses WHERE id = ?", number)
        if row is None:
            raise FetchError(str(number), "bad_answer", "no such response in the store")
        try:
            return row, self._response(row)
        except LookupError as error:
            raise FetchError(row["url"], "bad_answer", f"not in the archive any more: {error}") from error

    def _kept(self, url: str) -> Response | None:
        """What this run has of an address; None when it is to be asked (again: the archive's end may be lost in a power cut)."""
        row = self.known(url) or self._begun(url)
        try:
            return self._response(row) if row is not None else None
        except LookupError:
            return None

    def _begun(self, url: str) -> Row | None:
        """What earlier runs of one discovery had; but for the home page, which tells whether the site is well today."""
        if self.since >= self._run or url == self._client.start_url:
            return None
        return self._store.row(
            "SELECT * FROM responses WHERE url = ? AND run >= ? AND status < 500 ORDER BY id DESC LIMIT 1", url, self.since
        )

    def _response(self, row: Row) -> Response:
        if row["warc"] is None:
            raise LookupError("it was not archived")
        kept = self._archive.read(row["warc"], row["offset"])
        return Response(
            url=row["url"],
            final_url=row["final_url"],
            status=row["status"],
            headers=kept.headers,
            body=kept.body,
            fetched_at=row["fetched_at"],
            sha256=row["sha256"],
            warc=row["warc"],
            offset=row["offset"],
        )
