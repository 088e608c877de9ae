"""One request and its answer over the wire: sent, read within bounds, archived, and its failures named."""

from __future__ import annotations

import hashlib
import http.client
import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.exceptions as failures
import urllib3.exceptions as wire
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar, get_cookie_header
from requests.utils import get_environ_proxies, select_proxy

from presslift.config import FetchSettings
from presslift.errors import FetchError
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.credentials import Credentials, blanked
from presslift.scraper.fetch.guard import CONNECT_TIMEOUT, PATIENCE, AddressRefused, Guard, GuardedAdapter, Patience
from presslift.scraper.fetch.response import Response, Unreadable, decompress, read_body
from presslift.scraper.fetch.robots import MAX_SIZE as MAX_ROBOTS
from presslift.scraper.fetch.warc_records import Exchange, Had

log = logging.getLogger("presslift.fetch")

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Again(Exception):
    """A failure that asking again may mend; ``after`` is what the server said, in seconds."""

    def __init__(self, error: FetchError, after: float | None = None):
        super().__init__(str(error))
        self.error, self.after = error, after


@dataclass(frozen=True)
class Asked:
    """One address as the caller asked for it."""

    url: str
    kind: str
    headers: dict[str, str]
    had: Had | None = None


@dataclass(frozen=True)
class Step:
    """One answer, and where it redirects to."""

    response: Response
    location: str | None


class Line:
    """Sends requests and reads answers. Thread-safe.

    Counts ``requests`` and ``bytes_read`` (as sent); everything that answers is written to ``archive``, except media and 304.
    """

    def __init__(
        self, settings: FetchSettings, start_url: str, archive: Archive | None, stop: threading.Event, environ: Mapping[str, str] | None
    ):
        self.settings, self.archive, self.stop = settings, archive, stop
        self.requests, self.bytes_read = 0, 0
        environ = os.environ if environ is None else environ
        self.credentials = Credentials(environ, start_url)
        self.guard = Guard(start_url)
        self._verify: bool | str = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or True
        self._lock = threading.Lock()
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, GuardedAdapter(self.guard, max(1, settings.concurrency)))

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def ask(self, asked: Asked, url: str, cookies: RequestsCookieJar) -> Step:
        """Ask ``url`` on behalf of ``asked``. Raises ``FetchError``, ``Again`` or ``Stopped``."""
        self._count(asked.url)
        token = PATIENCE.set(Patience(self.settings.timeout, self.stop))
        try:
            return self._exchange(asked, url, cookies)
        finally:
            PATIENCE.reset(token)

    def _count(self, url: str) -> None:
        with self._lock:
            if self.settings.max_requests is not None and self.requests >= self.settings.max_requests:
                raise FetchError(url, "budget", f"fetch.max_requests ({self.settings.max_requests}) is used up", attempts=0)
            if self.settings.max_bytes is not None and self.bytes_read >= self.settings.max_bytes:
                raise FetchError(url, "budget", f"fetch.max_bytes ({self.settings.max_bytes:,}) are used up", attempts=0)
            self.requests += 1

    def _exchange(self, asked: Asked, url: str, cookies: RequestsCookieJar) -> Step:
        started, fetched_at = time.monotonic(), _now()
        try:
            prepared = self._prepared(asked, url, cookies)
            proxies = self._proxies(url)
            timeout = (min(CONNECT_TIMEOUT, self.settings.timeout), self.settings.timeout)
            # Not Session.send: it reads the body of a redirect whole, however long.
            adapter = self._session.get_adapter(url)
            answer = adapter.send(prepared, stream=True, timeout=timeout, verify=self._verify, proxies=proxies)
            extract_cookies_to_jar(cookies, prepared, answer.raw)  # type: ignore[no-untyped-call]
            wired, body = self._read(asked.kind, answer.raw, started)
        except Exception as error:
            failure = named(asked.url, error)
            log.debug("GET %s: %s", url, failure)
            raise failure from error
        log.debug("GET %s: %s, %d bytes, %.2f s", url, answer.status_code, len(wired), time.monotonic() - started)
        pairs = [(str(name), str(value)) for name, value in answer.raw.headers.items()]
        if is_edit(url, asked.kind) and (without := blanked(body)) != body:
            body = wired = without
            pairs = [(name, value) for name, value in pairs if name.lower() not in ("content-encoding", "content-length")]
        sent = [("Host", urlsplit(url).netloc), *((str(name), _text(value)) for name, value in prepared.headers.items())]
        exchange = Exchange(
            url=url,
            status=answer.status_code,
            reason=answer.reason or "",
            headers=pairs,
            body=wired,
            request_headers=sent,
            fetched_at=fetched_at,
        )
        sha256 = hashlib.sha256(body).hexdigest()
        same = (
            asked.had if asked.had is not None and asked.had.sha256 == sha256 and url == asked.url and answer.status_code == 200 else None
        )
        file, offset = self._archived(asked.kind, exchange, same)
        response = Response(
            url=url, final_url=url, status=answer.status_code, headers=_joined(pairs), body=body, fetched_at=fetched_at,
            sha256=sha256, warc=file, offset=offset, elapsed=time.monotonic() - started,
        )  # fmt: skip
        return Step(response, _location(answer.raw) if answer.status_code in REDIRECTS else None)

    def _prepared(self, asked: Asked, url: str, cookies: RequestsCookieJar) -> requests.PreparedRequest:
        headers = {"User-Agent": self.settings.user_agent, **asked.headers, **self.credentials.headers_for(url, asked.kind)}
        if "Cookie" in headers and (more := _cookies_for(cookies, url)):
            headers["Cookie"] += f"; {more}"
        return requests.Request("GET", url, headers=headers, cookies=cookies).prepare()

    def _proxies(self, url: str) -> dict[str, str]:
        if self.guard.on_loopback:
            return {}
        proxies: dict[str, str] = get_environ_proxies(url)
        if select_proxy(url, proxies):
            self.guard.check_name(urlsplit(url).hostname or "")
        return proxies

    def _read(self, kind: str, raw: Any, started: float) -> tuple[bytes, bytes]:
        cut = kind == "robots"
        most, room = self._limits(kind)
        try:
            wired = read_body(raw, most, started + self.settings.timeout, cut=cut)
            with self._lock:
                self.bytes_read += len(wired)
            body = decompress(wired, raw.headers.get("content-encoding", ""), room, cut=cut)
        except BaseException:
            raw.close()
            raise
        if cut and len(wired) >= most:
            raw.close()
        raw.release_conn()
        return wired, body

    def _limits(self, kind: str) -> tuple[int, int]:
        """Bytes of an answer, as sent and decompressed: a page is read whole, which takes many times its size."""
        if kind == "robots":
            return MAX_ROBOTS, MAX_ROBOTS
        most = self.settings.max_page_size if kind == "page" else self.settings.max_decompressed_size
        return min(self.settings.max_size, most), min(self.settings.max_decompressed_size, most)

    def _archived(self, kind: str, exchange: Exchange, had: Had | None) -> tuple[str | None, int | None]:
        if self.archive is None or kind == "media" or exchange.status == 304:
            return None, None
        return self.archive.write(exchange, had=had)


def is_edit(url: str, kind: str) -> bool:
    """Whether an address asks REST for what its editors see, the passwords of protected posts among it."""
    return kind == "rest" and "context=edit" in url


def named(url: str, error: Exception) -> Exception:
    """What went wrong on the wire, as ``FetchError``, or ``Again`` where asking again may help; a defect stays what it is."""
    if isinstance(error, Unreadable):
        found = FetchError(url, error.reason, error.detail)
        return Again(found) if error.again else found
    if isinstance(error, AddressRefused):
        return FetchError(url, "address_refused", str(error))
    if isinstance(error, failures.Timeout | wire.TimeoutError | TimeoutError):
        return Again(FetchError(url, "timeout", "the answer did not come, or did not end, in time"))
    if isinstance(error, failures.InvalidURL | failures.MissingSchema | failures.InvalidSchema | wire.LocationValueError | UnicodeError):
        return FetchError(url, "address_refused", f"no web address: {error}")
    if isinstance(error, failures.RequestException | wire.HTTPError | http.client.HTTPException | OSError):
        return _broken(url, error)
    return error


def _broken(url: str, error: Exception) -> Exception:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError(url, "connection", f"its certificate is not valid: {cause.verify_message}")
        if isinstance(cause, socket.gaierror):
            found = FetchError(url, "connection", f"the host {urlsplit(url).hostname} can't be found")
            return found if cause.errno == socket.EAI_NONAME else Again(found)
        if isinstance(cause, ConnectionRefusedError):
            return Again(FetchError(url, "connection", "the connection was refused"))
        if isinstance(cause, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
            return Again(FetchError(url, "connection", "the server closed the connection"))
        if isinstance(cause, wire.IncompleteRead | http.client.IncompleteRead | wire.InvalidChunkLength):
            return Again(FetchError(url, "connection", "the answer was cut short"))
        if isinstance(cause, http.client.HTTPException):
            return Again(FetchError(url, "bad_answer", f"what came is no HTTP ({type(cause).__name__})"))
    return Again(FetchError(url, "connection", type(error).__name__))


def _causes(error: BaseException) -> Iterator[BaseException]:
    # urllib3 and requests wrap what happened in their arguments as well as in the chain.
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]


def _cookies_for(cookies: RequestsCookieJar, url: str) -> str | None:
    header: str | None = get_cookie_header(cookies, requests.Request("GET", url).prepare())  # type: ignore[no-untyped-call]
    return header


def _location(raw: Any) -> str | None:
    given = raw.headers.getlist("location")
    if not given:
        return None
    try:
        return str(given[0]).encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return str(given[0]).strip()


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        name = name.lower()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
