"""The site's clock, summer time included, from the dates that its pages tell with an offset."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.core import get_global

from presslift.errors import ParseError
from presslift.scraper.parse.comments import read_comments
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import read_metadata
from presslift.scraper.parse.related import read_boxes

TOLD = re.compile(rb"(?<!\d)((?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)([+-]\d\d:?\d\d)(?!\d)")
MOST_OF_A_PAGE = 40
ENOUGH = 400
SHARE = 0.97
"""Share of the dates that a zone must agree with: pages quote other sites' dates too."""
SEASONS = [datetime(year, month, 15, 12) for year in (2015, 2024) for month in range(1, 13)]
Told = tuple[datetime, timedelta]


def dates_told(page: bytes) -> list[Told]:
    """The dates of a page that have an offset: the time on that clock, and the offset."""
    found: list[Told] = []
    for match in TOLD.finditer(page):
        try:
            when = datetime.fromisoformat((match[1] + match[2]).decode())
        except ValueError:
            continue
        found.append((when.replace(tzinfo=None), when.utcoffset() or timedelta(0)))
        if len(found) == MOST_OF_A_PAGE:
            break
    return found


def read_clock(told: Iterable[Told], language: str | None = None) -> str | None:
    """The zone whose clock all these dates were told on: an IANA name, ``±hh:mm`` where only one offset is known, or None.

    Of zones that agree with the dates the one of the language's country is taken, else one of those that most places share;
    which city it is named after says nothing of the site. Dates in UTC count only beside others: plugins print them
    everywhere.
    """
    dates = list(dict.fromkeys(told))[:ENOUGH]
    local = [one for one in dates if one[1]]
    if not local:
        return None
    allowed = int((1 - SHARE) * len(local))
    agreeing = [name for names in _territories().values() for name in names if _agrees(name, local, allowed)]
    universal, seasonal = [one for one in dates if not one[1]], False
    if len(universal) > 2:
        best = max((sum(_offset(name, when) == shift for when, shift in universal) for name in agreeing), default=0)
        agreeing = [name for name in agreeing if sum(_offset(name, when) == shift for when, shift in universal) == best]
        # London's winter is UTC: where all dates in UTC fall into a zone's winter they are the site's own.
        seasonal = best >= SHARE * len(universal)
    told_by, _, country = (language or "").rpartition("-")
    at_home = [name for name in agreeing if told_by and name in _territories().get(country.upper(), ())]
    if at_home:
        return at_home[0]
    offsets = Counter(shift for _, shift in local)
    seasons = {when.month % 12 // 3 for when, _ in local}
    if len(offsets) == 1 and not {0, 2} <= seasons and not seasonal:
        return _written(local[0][1])
    shared = Counter(_year(name) for name in agreeing)
    return next((name for name in agreeing if _year(name) == shared.most_common(1)[0][0]), None)


def read_clock_by_days(told: Iterable[tuple[datetime, date]], language: str | None = None) -> str | None:
    """The zone in which these instants (naive, UTC) fall on the days that the site shows for them; None where they do so in UTC.

    Days alone leave several zones open: one of the language's country is taken first, else the clock that most places share.
    """
    pairs = list(dict.fromkeys(told))[:ENOUGH]
    allowed = int((1 - SHARE) * len(pairs))
    if sum(when.date() != day for when, day in pairs) <= allowed:
        return None
    agreeing = [name for names in _territories().values() for name in names if _falls(name, pairs, allowed)]
    if not agreeing:
        return None
    home = _territories().get(_country(language), ())
    shared = Counter(_year(name) for name in agreeing).most_common(1)[0][0]
    return next((name for name in agreeing if name in home), None) or next(name for name in agreeing if _year(name) == shared)


def printed_day(html: bytes, url: str) -> date | None:
    """The day of publication that a page's visitors see; None where it tells more than a day, or nothing."""
    try:
        doc = read_document(html, url)
    except ParseError:
        return None
    read_comments(doc)
    read_boxes(doc, None, url)
    meta = read_metadata(doc)
    return date.fromisoformat(meta.published[:10]) if meta.published and meta.published_precision == "day" else None


def _falls(name: str, pairs: list[tuple[datetime, date]], allowed: int) -> bool:
    wrong = 0
    for when, day in pairs:
        wrong += when.replace(tzinfo=UTC).astimezone(_zone(name)).date() != day
        if wrong > allowed:
            return False
    return True


def _country(language: str | None) -> str:
    """The country that a language tag names, else the one where most of its speakers live."""
    told_by, _, country = (language or "").rpartition("-")
    if told_by:
        return country.upper()
    likely = get_global("likely_subtags").get(country.lower(), "") if country else ""
    return str(likely).rpartition("_")[2]


@cache
def _territories() -> dict[str, tuple[str, ...]]:
    """Country → its zones, the most populous first."""
    found: dict[str, list[str]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            found.setdefault(country, []).append(name.strip())
    return {country: tuple(names) for country, names in found.items()}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _offset(name: str, when: datetime) -> timedelta | None:
    return when.replace(tzinfo=_zone(name)).utcoffset()


def _agrees(name: str, told: list[Told], allowed: int) -> bool:
    wrong = 0
    for when, shift in told:
        # The hour that is there twice may be either.
        if _offset(name, when) != shift and when.replace(tzinfo=_zone(name), fold=1).utcoffset() != shift:
            wrong += 1
            if wrong > allowed:
                return False
    return True


@cache
def _year(name: str) -> tuple[timedelta | None, ...]:
    return tuple(_offset(name, when) for when in SEASONS)


def _written(shift: timedelta) -> str:
    return timezone(shift).tzname(None).removeprefix("UTC")
