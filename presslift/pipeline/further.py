"""Further pages of one article: of a post in several parts, and of its comments."""

from __future__ import annotations

from typing import Any, Literal

from presslift.defects import of_one_page
from presslift.errors import FetchError, ParseError
from presslift.pipeline.getting import Getter, now
from presslift.records import Capture, Comment
from presslift.scraper.fetch.addresses import article_key
from presslift.scraper.fetch.response import Response
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.parse import comments as discussion
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.page import BodyReading, PageReading, read_page
from presslift.scraper.site import SiteProfile
from presslift.settings import SiteSettings
from presslift.store import Row, Store

MOST_PAGES = 100
MOST_COMMENT_PAGES = 500
"""Of one article."""


class FurtherPages:
    """Fetches and reads the further pages of one article. ``lost`` names the kinds of which one could not be had, which is noted."""

    def __init__(self, store: Store, getter: Getter, run: int, settings: SiteSettings, profile: SiteProfile | None, zone: str | None):
        self._store, self._getter, self._run = store, getter, run
        self._settings, self._profile, self._zone = settings, profile, zone
        self.lost: set[str] = set()

    def bodies(self, page: PageReading, captures: list[Capture]) -> list[BodyReading]:
        """The bodies of a post's further pages, in their order; what was asked for is added to ``captures``."""
        bodies = []
        for url in page.more_pages[:MOST_PAGES]:
            response = self._fetched(url, "page", captures)
            try:
                if response is not None:
                    kind = response.headers.get("content-type")
                    with of_one_page(url):
                        read = read_page(
                            response.body, response.final_url, content_type=kind, profile=self._profile, settings=self._settings
                        )
                    bodies.append(read.body)
            except ParseError as error:
                self._lose("page", url, error)
        return bodies

    def comments(self, page: PageReading, captures: list[Capture]) -> list[Comment]:
        """The comments on further pages of them, in their order; what was asked for is added to ``captures``."""
        found: list[Comment] = []
        waiting, seen = list(page.comments.pages), {page.url}
        while waiting and len(seen) < MOST_COMMENT_PAGES:
            url = waiting.pop(0)
            if url in seen:
                continue
            seen.add(url)
            response = self._fetched(url, "comments", captures)
            if response is None:
                continue
            try:
                with of_one_page(url):
                    doc = read_document(response.body, response.final_url, content_type=response.headers.get("content-type"))
                    read = discussion.read_comment_page(doc, self._zone)
            except ParseError as error:
                self._lose("comments", url, error)
                continue
            found = discussion.merge_comments(found, read.comments)
            waiting += read.pages
        return found

    def _fetched(self, url: str, kind: Literal["page", "comments"], captures: list[Capture]) -> Response | None:
        """A further page of a post or of its comments. What is not there is None; what could not be had is noted besides."""
        try:
            response = self._getter(url, kind="page")
            if response.status in (404, 410) or article_key(response.final_url, url) != article_key(url, url):
                return None
            verdict = judge(response)
            if not verdict.ok:
                raise FetchError(url, verdict.reason or "http_status", verdict.detail, response.status)
        except FetchError as error:
            self.lost.add(kind)
            self._store.add_problem(self._run, now(), url, kind, error.reason, error.detail, error.status, error.attempts)
            return None
        noted = self._getter.known(url)
        if noted is not None:
            captures.append(capture_of(kind, noted))
        return response

    def _lose(self, kind: Literal["page", "comments"], url: str, error: ParseError) -> None:
        self.lost.add(kind)
        self._store.add_problem(self._run, now(), url, kind, error.reason, error.detail, None, 1)


def capture_of(kind: Any, noted: Row) -> Capture:
    """Where a response that was noted stands."""
    return Capture(
        kind=kind, url=noted["url"], fetched_at=noted["fetched_at"], sha256=noted["sha256"], warc=noted["warc"], offset=noted["offset"]
    )
