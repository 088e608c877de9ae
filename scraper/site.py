"""What was learned of one site: where its theme prints what, and which blocks recur from page to page.

A profile is kept as ``site.yaml``, which the tool owns; ``overrides.yaml`` beside it holds a person's corrections and wins.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from presslift.errors import ConfigError, OutUnwritable
from presslift.scraper.parse.index import compiled

HEAD = """\
# What presslift learned of this site. It is written anew when the site changes: put corrections into overrides.yaml
# beside this file, under the same names; a list there replaces the one here.
"""


class Label(Struct, kw_only=True):
    """What REST or a full-text feed says of one page; absent values are None. ``date`` begins with the day, ``yyyy-mm-dd``."""

    content_html: str | None = None
    title: str | None = None
    date: str | None = None
    author: str | None = None


class RecurringBlock(Struct, kw_only=True, frozen=True):
    """A block that recurs on different pages: ``key`` tells it again, ``sample`` shows a person what it is."""

    key: str
    sample: str
    pages: int


class LearnedFrom(Struct, kw_only=True, frozen=True):
    """What a profile rests on: how many pages were looked at, and how many of them had labels."""

    pages: int = 0
    labelled: int = 0


class SiteProfile(Struct, kw_only=True):
    """What was learned of one site.

    ``containers``, ``titles``, ``dates`` and ``authors`` are CSS selectors, best first. ``furniture`` are blocks of text that
    recur, ``furniture_selectors`` elements that are never body. ``title_suffix`` is what ``<title>`` ends in after the title.
    ``agreement`` (0…1) says how well the containers met the labels, or how many pages they cover where there are none;
    ``verified`` is the same as of the last look at new pages.
    """

    version: int = 1
    theme: str | None = None
    site_name: str | None = None
    title_suffix: str | None = None
    timezone: str | None = None
    containers: list[str] = []
    titles: list[str] = []
    dates: list[str] = []
    authors: list[str] = []
    furniture: list[RecurringBlock] = []
    furniture_selectors: list[str] = []
    placeholder_accounts: list[str] = []
    learned_from: LearnedFrom = LearnedFrom()
    agreement: float | None = None
    verified: float | None = None


def learn_profile(pages: Iterable[tuple[str, bytes]], labels: Mapping[str, Label]) -> SiteProfile:
    """Learn a site from its articles' pages (address, bytes as served) and from what is known of some of them, by address.

    Without labels repetition alone teaches. The same pages in the same order give the same profile; a page that can't be read
    is passed over.
    """
    from presslift.scraper.learning import learn

    return learn(pages, labels)


def verify_profile(profile: SiteProfile, pages: Iterable[tuple[str, bytes]]) -> float:
    """The share of pages, 0…1, on which a container of the profile still holds most of the prose: low after a redesign."""
    from presslift.scraper.learning import covered

    return covered(profile, pages)


def load_profile(path: Path, *, overruled: bool = True) -> SiteProfile:
    """A profile as kept in ``site.yaml``, overruled by ``overrides.yaml`` beside it unless asked otherwise.

    Raises ``ConfigError`` when unreadable.
    """
    data = _read(path)
    corrections = path.with_name("overrides.yaml")
    if overruled and corrections.exists():
        corrected = _read(corrections)
        for name in corrected.keys() - set(SiteProfile.__struct_fields__):
            near = get_close_matches(name, SiteProfile.__struct_fields__, 1)
            raise ConfigError(f"{corrections}: {name}: is no part of site.yaml" + (f"; did you mean {near[0]}?" if near else ""))
        data |= corrected
    try:
        profile = msgspec.convert(data, SiteProfile)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}; correct overrides.yaml, or delete site.yaml to have it learned anew") from error
    for selector in [*profile.containers, *profile.titles, *profile.dates, *profile.authors, *profile.furniture_selectors]:
        try:
            compiled(selector)
        except ValueError as error:
            raise ConfigError(f"{path}: {error}; write tags, classes, ids, attributes, `:not()`, spaces and `>`") from error
    return profile


def save_profile(profile: SiteProfile, path: Path) -> None:
    """Write a profile as YAML for people to read, whole or not at all. Raises ``OutUnwritable``."""
    text = StringIO()
    text.write(HEAD)
    yaml = YAML()
    yaml.width, yaml.allow_unicode = 120, True
    yaml.dump(msgspec.to_builtins(profile), text)
    aside = path.with_name(f"{path.name}.partial")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(text.getvalue())
            file.flush()
            # After a power cut an empty file would stand for a profile of which nothing was learned.
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise OutUnwritable(f"{path}: {error.strerror}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    except (YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected names with values, such as `containers: [.entry-content]`")
    return data
