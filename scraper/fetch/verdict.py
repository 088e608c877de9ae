"""Is this answer what it says it is?"""

from __future__ import annotations

from msgspec import Struct

from presslift.scraper.fetch.response import Answered


class Verdict(Struct, frozen=True, kw_only=True):
    """What an answer is: ``ok``, or why not (``reason`` as in ``records.FAILURE_REASONS``, or ``protected``: to be excluded)."""

    ok: bool
    reason: str | None = None
    detail: str = ""
    remedy: str = ""
    rule: str | None = None


def judge(response: Answered, kind: str = "page") -> Verdict:
    """Judge an answer."""
    return Verdict(ok=True)
