"""Regular expressions that people write in config.yaml, matched in bounded time."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from presslift.errors import UsageError

LONGEST = 2.0
"""Seconds for one pattern on one address. Most take a millionth of it; one with repetitions inside repetitions may take years."""


def compiled(pattern: str) -> regex.Pattern[str]:
    """A pattern as it is matched. Raises ``ValueError`` with what is wrong with it."""
    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def first_match(patterns: Iterable[str], text: str, key: str) -> str | None:
    """The first of some patterns that is found in a text. Raises ``UsageError``, naming the ``key``, when one takes too long."""
    for pattern in patterns:
        try:
            if compiled(pattern).search(text, timeout=LONGEST) is not None:
                return pattern
        except TimeoutError as error:
            raise UsageError(
                f"config.yaml: {key}: {pattern!r} takes more than {LONGEST:g} s to match {text[:200]}; "
                "write it without repetitions inside repetitions"
            ) from error
    return None
