"""Which of a site's signals of change are believed. What was caught lying is kept in the store, with the proof, and shown by status."""

from __future__ import annotations

from typing import Any, Literal

from presslift.store import Store

Signal = Literal["validators", "lastmod", "rest"]

DISTRUST = "distrust"
"""Under this name the store has signal → ``{since, why, url}``."""

NAMES: dict[str, str] = {
    "validators": "ETag and Last-Modified",
    "lastmod": "the dates of the sitemaps",
    "rest": "REST, which a cache answers: it is asked past it",
}


def is_trusted(store: Store, signal: Signal) -> bool:
    """Whether a signal is believed."""
    return signal not in store.get_meta(DISTRUST, {})


def distrust(store: Store, signal: Signal, at: str, why: str, url: str | None) -> None:
    """Believe a signal no more; the first reason stays."""
    known: dict[str, Any] = store.get_meta(DISTRUST, {})
    store.set_meta(DISTRUST, {signal: {"since": at, "why": why, "url": url}} | known)


def trust_again(store: Store) -> None:
    """Give every signal another chance."""
    store.set_meta(DISTRUST, {})
    store.set_meta(SUSPICIONS, {})


SUSPICIONS = "suspicions"
"""Under this name the store has signal → what speaks against it and is no proof yet."""


def suspect(store: Store, signal: Signal, what: str) -> int:
    """Note what speaks against a signal; how much does by now."""
    known: dict[str, list[str]] = store.get_meta(SUSPICIONS, {})
    against = list(dict.fromkeys([*known.get(signal, []), what]))[-50:]
    store.set_meta(SUSPICIONS, known | {signal: against})
    return len(against)


def distrusted(store: Store) -> list[str]:
    """What is not believed any more, in words."""
    return [
        f"{NAMES.get(signal, signal)}: not believed since {told['since'][:10]}: {told['why']}"
        + (f" ({told['url']})" if told["url"] else "")
        for signal, told in sorted(store.get_meta(DISTRUST, {}).items())
    ]
