"""What was learned of one site: where its theme prints what, and which blocks recur from page to page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct


class Label(Struct, kw_only=True):
    """What REST or a full-text feed says of one page; absent values are None."""

    content_html: str | None = None
    title: str | None = None
    date: str | None = None
    author: str | None = None


class RecurringBlock(Struct, kw_only=True):
    """A block that recurs on different pages: ``key`` tells it again, ``sample`` shows a person what it is."""

    key: str
    sample: str
    pages: int


class LearnedFrom(Struct, kw_only=True, frozen=True):
    """What a profile rests on: how many pages were looked at, and how many of them had labels."""

    pages: int = 0
    labelled: int = 0


class SiteProfile(Struct, kw_only=True):
    """What was learned of one site. Selectors stand best first; ``agreement`` is the F1 that the first container reached."""

    version: int = 1
    theme: str | None = None
    containers: list[str] = []
    titles: list[str] = []
    dates: list[str] = []
    authors: list[str] = []
    furniture: list[RecurringBlock] = []
    furniture_selectors: list[str] = []
    title_suffix: str | None = None
    placeholder_accounts: list[str] = []
    learned_from: LearnedFrom = LearnedFrom()
    agreement: float | None = None
    verified: bool = False


def block_key(text: str) -> str:
    """What tells a block again on another page: its words, numbers left out."""
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def learn_profile(pages: Iterable[tuple[str, bytes]], labels: Mapping[str, Label]) -> SiteProfile:
    """Learn a site from pages (url, bytes as served) and what is known of some of them by url. Deterministic; never raises."""
    return SiteProfile(learned_from=LearnedFrom(pages=sum(1 for _ in pages), labelled=len(labels)))


def load_profile(path: Path) -> SiteProfile:
    """A profile as kept in ``site.yaml``, overruled by the ``overrides.yaml`` beside it. Raises ``ConfigError`` when unreadable."""
    return msgspec.json.decode(path.read_bytes(), type=SiteProfile)


def save_profile(profile: SiteProfile, path: Path) -> None:
    """Write a profile as readable YAML, whole or not at all."""
    path.write_bytes(msgspec.json.encode(profile))
