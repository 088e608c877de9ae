"""One run's way to the site: each address asked once, each response noted in the store; and back from the archive."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from presslift.errors import FetchError
from presslift.scraper.fetch.archive import Archive, ArchivedResponse
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.response import Response
from presslift.store import Row, Store


def now() -> str:
    """The time in UTC, RFC 3339, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Getter:
    """``discover.Get`` over a client, a store and an archive.

    An address answered earlier in the same run, also before a crash, comes from the archive. Failures are remembered for
    the run, so that a dead address is asked once.
    """

    def __init__(self, store: Store, client: Client, archive: Archive, run: int, *, any_run: bool = False):
        self._store, self._client, self._archive, self._run = store, client, archive, run
        self._any_run = any_run
        self._failed: dict[str, FetchError] = {}
        self.stop = threading.Event()

    def __call__(self, url: str, *, kind: str, accept: str | None = None) -> Response:
        """Ask for one address, or give what this run has of it. Raises ``FetchError``."""
        if url in self._failed:
            raise self._failed[url]
        kept = self._kept(url)
        if kept is not None:
            return kept
        try:
            response = self._client.get(url, kind=kind, accept=accept)
        except FetchError as error:
            self._failed[url] = error
            raise
        self.note(kind, response)
        return response

    def known(self, url: str) -> Row | None:
        """This run's response to an address; any run's, newest first, for work without a network."""
        if self._any_run:
            return self._store.row("SELECT * FROM responses WHERE url = ? ORDER BY id DESC LIMIT 1", url)
        return self._store.row("SELECT * FROM responses WHERE url = ? AND run = ? ORDER BY id DESC LIMIT 1", url, self._run)

    def note(self, kind: str, response: Response) -> int:
        """Write a response down; its number."""
        return self._store.add_response(
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

    def many(self, urls: Iterable[str], kind: str) -> Iterator[tuple[str, Response | FetchError]]:
        """Ask for many addresses at once, in order of completion; the caller leaves out those this run has (``known``)."""
        for url, answer in self._client.map(urls, kind=kind):
            if isinstance(answer, FetchError):
                self._failed[url] = answer
            else:
                self.note(kind, answer)
            yield url, answer

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

    def archived(self, number: int) -> tuple[Row, ArchivedResponse]:
        """A noted response by its number, with its bytes."""
        row = self._store.row("SELECT * FROM responses WHERE id = ?", number)
        if row is None:
            raise FetchError(str(number), "bad_answer", "no such response in the store")
        try:
            return row, self._archive.read(row["warc"], row["offset"])
        except LookupError as error:
            raise FetchError(row["url"], "bad_answer", f"not in the archive any more: {error}") from error

    def _kept(self, url: str) -> Response | None:
        """What this run has of an address; None when it is to be asked (again: the archive's end may be lost in a power cut)."""
        row = self.known(url)
        if row is None or row["warc"] is None:
            return None
        try:
            kept = self._archive.read(row["warc"], row["offset"])
        except LookupError:
            return None
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
