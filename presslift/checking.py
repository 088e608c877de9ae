"""``check``: proves that a dataset is whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from msgspec import Struct


class Accounted(Struct, kw_only=True):
    """A discovered address and what became of it; ``outcome`` is None while nothing has."""

    url: str
    outcome: Literal["exported", "failed", "excluded", "removed"] | None
    reason: str | None = None
    article_id: str | None = None


class Problem(Struct, kw_only=True):
    """Something that does not hold: what kind, where, and what was found."""

    kind: str
    url: str | None
    detail: str


class CheckResult(Struct, kw_only=True):
    """``counts``: what was counted, by name. ``ok`` exactly when ``problems`` is empty."""

    ok: bool
    counts: dict[str, int]
    problems: list[Problem]


def check(out: Path, accounting: Iterable[Accounted] | None = None) -> CheckResult:
    """Verify the export of an OUT folder, and that every discovered address is accounted for.

    ``accounting`` yields every address that was discovered; without it only the dataset itself is checked. Raises
    ``NotAnOut`` when there is no export.
    """
    raise NotImplementedError


def format_result(result: CheckResult) -> str:
    """A summary for people, several lines."""
    raise NotImplementedError
