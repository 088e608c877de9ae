"""robots.txt in all its variants, read by protego (RFC 9309)."""

from __future__ import annotations

import math
import re
from typing import Literal, TypeAlias

from protego import Protego

from presslift.errors import FetchError
from presslift.scraper.fetch.response import Response

State: TypeAlias = Literal["read", "missing", "unreachable", "ignored"]
MAX_SIZE = 512_000
"""What must be read of a robots.txt at least (RFC 9309 §2.5); the rest is not looked at."""


class Robots:
    """What one host's robots.txt allows.

    ``state`` tells how it is known: ``read``; ``missing`` (4xx, or no robots.txt at all: everything is allowed);
    ``unreachable`` (5xx: nothing is allowed, and ``detail`` says why); ``ignored`` on the operator's word. ``answer`` is the
    response it was read from, or the failure.
    """

    def __init__(self, answer: Response | FetchError | None, user_agent: str):
        self.answer, self.agent = answer, product(user_agent)
        self.state: State = "ignored"
        self.detail = ""
        self._rules: Protego | None = None
        if isinstance(answer, FetchError):
            self._read_failure(answer)
        elif answer is not None:
            self._read(answer)

    def _read_failure(self, failure: FetchError) -> None:
        # Leading nowhere is no word of the site's about robots; a server in trouble is.
        self.state = "missing" if failure.reason in ("redirect_refused", "address_refused", "too_large") else "unreachable"
        self.detail = f"robots.txt answers {failure.status}" if failure.status else f"robots.txt: {failure.detail or failure.reason}"

    def _read(self, answer: Response) -> None:
        text = answer.body[:MAX_SIZE].decode("utf-8", "replace").lstrip("\ufeff")
        if len(answer.body) >= MAX_SIZE:
            text = text.rpartition("\n")[0]
        if answer.status != 200 or text.lstrip()[:1] == "<":
            self.state, self.detail = "missing", f"robots.txt answers {answer.status}" if answer.status != 200 else "robots.txt is a page"
            return
        self.state = "read"
        self._rules = Protego.parse(text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))

    def allows(self, url: str) -> bool:
        """Whether an address may be asked."""
        if self.state == "unreachable":
            return False
        return self._rules is None or bool(self._rules.can_fetch(url, self.agent))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between requests that it asks for."""
        delay = self._rules.crawl_delay(self.agent) if self._rules else None
        return float(delay) if delay is not None and math.isfinite(delay) and delay > 0 else None

    @property
    def sitemaps(self) -> list[str]:
        """The addresses of its ``Sitemap:`` lines."""
        return list(self._rules.sitemaps) if self._rules else []


def product(user_agent: str) -> str:
    """The name by which robots.txt addresses us: the first product token, past ``Mozilla/5.0 (compatible;``."""
    match = re.match(r"Mozilla/[\d.]+\s*\(\s*compatible;\s*([\w.-]+)", user_agent) or re.match(r"\s*([\w.-]+)", user_agent)
    return match.group(1) if match else "presslift"
