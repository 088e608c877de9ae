"""Asking a site, as a good guest: only its own hosts, what robots.txt allows, paced, and again when it may help."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit

from requests.cookies import RequestsCookieJar
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random

from presslift.config import FetchSettings
from presslift.errors import FetchError, Stopped
from presslift.scraper.fetch.addresses import canonical, same_site, site_host, site_hosts
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.exchange import Again, Asked, Line, is_edit
from presslift.scraper.fetch.pace import Pace
from presslift.scraper.fetch.response import Response
from presslift.scraper.fetch.robots import Robots
from presslift.scraper.fetch.verdict import judge
from presslift.scraper.fetch.warc_records import Had

WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 508, 509, *range(520, 531)})
OVERLOAD = frozenset({408, 429, 503, 504, 508, 509, *range(520, 531)})
LONGEST_WAIT = 120.0
"""Seconds. A server that asks for more is not asked again for that address."""
DOWN_AFTER = 8
"""Addresses in a row without an answer, after which each is tried once, until one answers again."""
ROBOTS_MAX_AGE = 86_400.0

ACCEPT = {
    "page": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "rest": "application/json,*/*;q=0.1",
    "feed": "application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5",
    "sitemap": "application/xml,text/xml;q=0.9,*/*;q=0.5",
    "robots": "text/plain,*/*;q=0.5",
}


class Client:
    """Fetches addresses of one site, and media from anywhere public. Thread-safe; a context manager.

    ``start_url`` decides which hosts are the site's (its own, with and without ``www``, over http and https, and ``aliases``)
    and whether private addresses may be asked. A site on loopback is asked without delay unless ``explicit_delay`` or its
    robots.txt sets one. Everything that answers is written to ``archive``, except media and 304. Setting ``stop`` ends
    everything under way with ``Stopped``. Credentials are read from ``environ`` (the process's by default).
    """

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
        self.hosts = site_hosts(start_url, aliases)
        self.stop = stop or threading.Event()
        self._line = Line(settings, start_url, archive, self.stop, environ)
        loopback = self._line.guard.on_loopback
        self._delay = settings.delay if explicit_delay or not loopback else 0.0
        first = 0.1 if loopback else 1.0
        self._backoff = wait_exponential(multiplier=first, max=30) + wait_random(0, first)
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}
        self._robots: dict[str, tuple[float, Robots]] = {}
        self._robots_locks: dict[str, threading.Lock] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._unanswered = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads of ``map`` and close connections; the archive stays open."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._line.close()

    @property
    def requests(self) -> int:
        """Requests sent so far: redirects, retries and robots.txt count."""
        return self._line.requests

    @property
    def bytes_read(self) -> int:
        """Bytes of bodies received so far, as sent."""
        return self._line.bytes_read

    @property
    def authenticated(self) -> bool:
        """Whether an application password goes along with REST requests."""
        return self._line.credentials.for_rest

    @property
    def robots(self) -> Robots:
        """The start host's robots.txt, asked for once."""
        return self._robots_of(self.start_url)

    @property
    def unanswered(self) -> int:
        """How many addresses in a row got no answer at all: what tells a dead site from a dead page."""
        return self._unanswered

    def get(
        self,
        url: str,
        *,
        kind: str = "page",
        accept: str | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        had: Had | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask for one address; redirects within the site are followed.

        ``kind`` is page, rest, feed, sitemap, robots or media. ``etag`` and ``last_modified`` make the request conditional; a
        body that is the one ``had`` before is archived as a reference to it.
        Answers below 500 other than 429 are returned whatever they say: see ``verdict.judge``. Raises ``FetchError`` for
        everything else once retries are used up, ``Stopped`` when asked to stop.
        """
        asked = {"Accept": accept or ACCEPT.get(kind, "*/*"), "Accept-Encoding": "gzip"}
        asked |= {"If-None-Match": etag} if etag else {}
        asked |= {"If-Modified-Since": last_modified} if last_modified else {}
        asked |= dict(headers or {})
        address = self._checked(url, kind)
        if is_edit(address, kind):
            asked["Accept-Encoding"] = "identity"
        if kind != "robots":
            self._ask_robots(address)
        elif canonical(address) == canonical(_robots_url(address)) and (known := self._robots_of(address).answer):
            if isinstance(known, FetchError):
                raise known
            return known
        answer = self._retried(Asked(address, kind, asked, had))
        if kind == "rest":
            self._line.credentials.check(self.start_url, answer.status, answer.body)
        return answer

    def map(
        self, urls: Iterable[str], kind: str = "page", *, conditions: Callable[[str], Had] | None = None
    ) -> Iterator[tuple[str, Response | FetchError]]:
        """Ask for many addresses at once, answers as they come; few are under way or waiting at any time.

        ``urls`` is read, and ``conditions`` (address → what was had before) asked, in the caller's thread, only as
        fast as answers are taken. When asked to stop it ends early.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max(1, self.settings.concurrency), thread_name_prefix="presslift-fetch")
        pending: set[Future[tuple[str, Response | FetchError]]] = set()
        try:
            for url in urls:
                if self.stop.is_set():
                    return
                pending.add(self._pool.submit(self._outcome, url, kind, conditions(url) if conditions else Had()))
                if len(pending) >= 2 * max(1, self.settings.concurrency):
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except Stopped:
            return
        except KeyboardInterrupt:
            self.stop.set()
            raise
        finally:
            for future in pending:
                future.cancel()
            wait(pending)

    def _outcome(self, url: str, kind: str, had: Had) -> tuple[str, Response | FetchError]:
        try:
            return url, self.get(url, kind=kind, etag=had.etag, last_modified=had.last_modified, had=had)
        except FetchError as error:
            return url, error

    # Which addresses

    def _checked(self, url: str, kind: str) -> str:
        """The address without fragment and user name. Raises ``FetchError`` when it is none that may be asked."""
        try:
            parts = urlsplit(urldefrag(url.strip()).url)
            parts.port  # noqa: B018  (raises ValueError when it is no number)
        except ValueError as error:
            raise FetchError(url, "address_refused", f"no web address: {error}", attempts=0) from error
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise FetchError(url, "address_refused", "no http or https address", attempts=0)
        if kind != "media" and not same_site(url, self.hosts):
            raise FetchError(
                url, "address_refused", f"{site_host(url)} is no host of this site; if it is, name it in site.aliases", attempts=0
            )
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def _redirected(self, asked: Asked, here: str, location: str) -> str:
        try:
            return self._checked(urljoin(here, location), asked.kind)
        except (FetchError, ValueError) as error:
            why = error.detail if isinstance(error, FetchError) else "no web address"
            raise FetchError(asked.url, "redirect_refused", f"redirects to {location[:200]}: {why}") from error

    def _ask_robots(self, url: str) -> None:
        robots = self._robots_of(url)
        if robots.allows(url):
            return
        failure = robots.answer
        if not isinstance(failure, FetchError):
            raise FetchError(url, "robots", "robots.txt forbids it; --ignore-robots for a site of your own", attempts=0)
        # A server that is down or walled off is just that; one that answers 5xx forbids (RFC 9309 §2.3.1.4).
        reason = "robots" if failure.reason == "http_status" else failure.reason
        raise FetchError(url, reason, failure.detail if reason == "bot_wall" else robots.detail, failure.status, failure.attempts)

    def _robots_of(self, url: str) -> Robots:
        """One robots.txt for each host, whether with or without ``www``, asked for once a day."""
        if not self.settings.robots:
            return Robots(None, self.settings.user_agent)
        host = _pace_key(url)
        with self._lock:
            lock = self._robots_locks.setdefault(host, threading.Lock())
        with lock:
            asked_at, robots = self._robots.get(host, (0.0, None))
            if robots is None or time.monotonic() - asked_at > ROBOTS_MAX_AGE:
                robots = Robots(self._fetch_robots(_robots_url(url)), self.settings.user_agent)
                self._pace(url).delay = max(self._delay, robots.crawl_delay or 0.0)
                self._robots[host] = (time.monotonic(), robots)
            return robots

    def _fetch_robots(self, url: str) -> Response | FetchError:
        try:
            return self._retried(Asked(url, "robots", {"Accept": ACCEPT["robots"], "Accept-Encoding": "gzip"}))
        except FetchError as error:
            return error

    # When, and how often

    def _pace(self, url: str) -> Pace:
        host = _pace_key(url)
        with self._lock:
            if host not in self._paces:
                self._paces[host] = Pace(self.settings.concurrency, self._delay, self.stop)
            return self._paces[host]

    def _retried(self, asked: Asked) -> Response:
        tries = self.settings.attempts if self._unanswered < DOWN_AFTER else 1
        retrying = Retrying(
            stop=stop_after_attempt(max(1, tries)), wait=self._wait, retry=retry_if_exception_type(Again), sleep=self._sleep, reraise=True
        )  # fmt: skip
        number = 0
        try:
            for attempt in retrying:
                number += 1
                with attempt:
                    response = self._attempt(asked)
                if (failed := attempt.retry_state.outcome) and (again := failed.exception()) and isinstance(again, Again):
                    asked = _plainer(asked, again)
        except Again as again:
            again.error.attempts = number
            self._unanswered += asked.kind != "media" and again.error.reason in ("connection", "timeout")
            raise again.error from again
        except FetchError as error:
            error.attempts = number
            raise
        self._unanswered = self._unanswered if asked.kind == "media" else 0
        return replace(response, attempts=number)

    def _wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        return max(failure.after if isinstance(failure, Again) and failure.after else 0.0, self._backoff(state))

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped("stopped between two tries")

    def _attempt(self, asked: Asked) -> Response:
        pace = self._pace(asked.url)
        try:
            response = self._follow(asked)
        except Again:
            pace.trouble()
            raise
        if response.status < 500 and response.status not in WORTH_ANOTHER_TRY:
            pace.well()
            return response
        if response.status in OVERLOAD:
            pace.trouble()
        raise self._refusal(asked, response, pace)

    def _refusal(self, asked: Asked, response: Response, pace: Pace) -> Exception:
        """What a 5xx or 429 comes to: another try, or a failure with the best name there is for it."""
        verdict = judge(response, "page" if asked.kind == "robots" else asked.kind)
        if verdict.reason == "bot_wall":
            return FetchError(asked.url, "bot_wall", f"{verdict.detail}; {verdict.remedy}", response.status)
        detail = f"HTTP {response.status}" + (f", {verdict.detail}" if verdict.rule else "")
        after = retry_after(response.headers.get("retry-after"))
        if after is not None and after > LONGEST_WAIT:
            return FetchError(asked.url, "http_status", f"{detail}; asks to come back in {after:,.0f} seconds", response.status)
        error = FetchError(asked.url, "http_status", detail, response.status)
        if response.status not in WORTH_ANOTHER_TRY:
            return error
        if after:
            pace.pause(after)
        return Again(error, after)

    def _follow(self, asked: Asked) -> Response:
        cookies = RequestsCookieJar()  # Kept along one chain of redirects, never from address to address.
        hops: list[tuple[int, str]] = []
        here = asked.url
        while True:
            with self._pace(here).turn():
                step = self._line.ask(asked, here, cookies)
            if step.location is None:
                return replace(step.response, url=asked.url, redirects=tuple(hops))
            target = self._redirected(asked, here, step.location)
            hops.append((step.response.status, here))
            # The second visit may differ by a cookie, the third is a loop.
            loop = sum(url == target for _, url in hops) > 1
            if loop or len(hops) > self.settings.max_redirects:
                why = "a loop of redirects" if loop else f"more than {self.settings.max_redirects} redirects"
                raise FetchError(asked.url, "redirect_refused", f"{why}, the last to {target[:200]}", step.response.status)
            if asked.kind != "robots":
                self._ask_robots(target)
            here = target


def retry_after(value: str | None) -> float | None:
    """The seconds that a ``Retry-After`` header asks for, in either of its forms; None when it says nothing."""
    text = (value or "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp())


def _plainer(asked: Asked, again: Again) -> Asked:
    # What broke may be the compression: the next try does without.
    return (
        replace(asked, headers={**asked.headers, "Accept-Encoding": "identity"})
        if again.error.reason in ("bad_answer", "connection")
        else asked
    )


def _robots_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/robots.txt", "", ""))


def _pace_key(url: str) -> str:
    return site_host(url).removeprefix("www.")
