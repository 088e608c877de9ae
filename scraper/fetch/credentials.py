"""What opens the operator's own site: read from the environment, sent there alone, shown nowhere."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from presslift.errors import SiteError, UsageError
from presslift.scraper.fetch.addresses import site_host, twins

REFUSALS = frozenset(
    {"incorrect_password", "invalid_username", "invalid_email", "application_passwords_disabled", "application_passwords_disabled_for_user"}
)
"""The codes by which WordPress refuses an application password, whatever it is asked for."""
PASSWORD = re.compile(rb'("password"\s*:\s*")((?:[^"\\]|\\.)+)"')
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


class Credentials:
    """Headers for the start URL's host (and its ``www`` twin), over no weaker a scheme than the start's.

    ``PRESSLIFT_USER`` and ``PRESSLIFT_PASSWORD`` (an application password) go with REST requests alone,
    ``PRESSLIFT_BASIC_AUTH`` (``user:password``) and ``PRESSLIFT_COOKIE`` with every request.
    """

    def __init__(self, environ: Mapping[str, str], start_url: str):
        user, password = environ.get("PRESSLIFT_USER"), environ.get("PRESSLIFT_PASSWORD")
        if bool(user) != bool(password):
            given, lacking = ("USER", "PASSWORD") if user else ("PASSWORD", "USER")
            raise UsageError(f"PRESSLIFT_{given} is set and PRESSLIFT_{lacking} is not; both are needed")
        wall = environ.get("PRESSLIFT_BASIC_AUTH")
        if wall and ":" not in wall:
            raise UsageError("PRESSLIFT_BASIC_AUTH is not of the form user:password")
        self._rest = _basic(f"{user}:{password}") if user and password else None
        self._wall = _basic(wall) if wall else None
        self._cookie = _one_line(environ.get("PRESSLIFT_COOKIE") or "") or None
        self._hosts = twins(site_host(start_url))
        self._https_only = urlsplit(start_url).scheme == "https"

    def __repr__(self) -> str:
        held = {"application password": self._rest, "basic auth": self._wall, "cookie": self._cookie}
        return f"<Credentials: {', '.join(name for name, value in held.items() if value) or 'none'}>"

    @property
    def for_rest(self) -> bool:
        """Whether an application password is given."""
        return self._rest is not None

    def check(self, url: str, status: int, body: bytes) -> None:
        """Raise ``SiteError`` where REST's answer refuses the application password: who goes on as a stranger sees another site."""
        if not self.for_rest or status not in (401, 403) or len(body) > 100_000:
            return
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            return
        if isinstance(told, dict) and told.get("code") in REFUSALS:
            raise SiteError(
                f"{url}: refuses the application password in PRESSLIFT_USER and PRESSLIFT_PASSWORD ({told['code']}): "
                "make one in the account's profile, Users, Application Passwords; nothing was changed"
            )

    def headers_for(self, url: str, kind: str) -> dict[str, str]:
        """The headers to add to a request, none for other hosts."""
        parts = urlsplit(url)
        if site_host(url) not in self._hosts or (self._https_only and parts.scheme != "https"):
            return {}
        is_rest = kind == "rest" or "/wp-json/" in f"{parts.path}/" or "rest_route=" in parts.query
        authorization = (self._rest if is_rest else None) or self._wall
        found = {"Authorization": authorization, "Cookie": self._cookie}
        return {name: value for name, value in found.items() if value}


def redacted(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Request headers as they may be kept."""
    return [(name, "[redacted]" if name.lower() in SECRET_HEADERS else value) for name, value in headers]


def blanked(body: bytes) -> bytes:
    """REST's answer in ``context=edit`` without the passwords of protected posts, as long as it was."""
    return PASSWORD.sub(lambda found: found[1] + b"*" * len(found[2]) + b'"', body)


def _basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


def _one_line(text: str) -> str:
    return " ".join(text.split())
