"""Asking a site, as a good guest."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping

from presslift.config import FetchSettings
from presslift.errors import FetchError
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.response import Response


class Client:
    """Fetches addresses of one site."""

    def __init__(
        self,
        settings: FetchSettings,
        start_url: str,
        *,
        archive: Archive | None = None,
        aliases: Iterable[str] = (),
        explicit_delay: bool = False,
        stop: threading.Event | None = None,
        environ: Mapping[str, str] | None = None,
    ):
        self.settings, self.start_url, self.archive = settings, start_url, archive
        self.requests, self.bytes_read = 0, 0
        self.stop = stop or threading.Event()

    def get(
        self,
        url: str,
        *,
        kind: str = "page",
        accept: str | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Fetch one address."""
        raise NotImplementedError

    def map(self, urls: Iterable[str], kind: str = "page") -> Iterator[tuple[str, Response | FetchError]]:
        """Fetch many, in order of completion."""
        raise NotImplementedError

    def close(self) -> None:
        """Close connections."""
