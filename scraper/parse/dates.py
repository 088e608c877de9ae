"""Dates as pages print them: machine forms, numbers, words in many languages, and "3 days ago".

The forms are those of WordPress's own translations; the month names are a table (``knowledge/languages.toml``).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from msgspec import Struct

from presslift.records import Precision
from presslift.scraper.knowledge import table

LONGEST = 120
"""Text longer than this is no date line; nothing longer is looked at."""

ISO = re.compile(
    r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[T ]|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2}(?::\d{2})?)?)?(?!\d)",
    re.I,
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[./](\d{1,2})[./](\d{1,2})(?!\d)")
NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d./-]*\d)")
CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?")
CJK_SWITCHED = re.compile(r"(?:(\d{1,2})\s*月\s*(\d{1,2})|(\d{1,2})\s+(\d{1,2})\s*月),?\s*(\d{4})")
CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})(?:[:.]|\s?h\s?)(\d{2})(?::(\d{2}))?(?!\d)\s*([ap])?\.?(?:(?<=[ap])|(?<=[ap]\.))?m?", re.I)
WORD = re.compile(r"\d{1,2}:\d{2}|\d+|[^\W\d_]+")
JOIN = r"[\s,.\u060c]*(?:\b(?:de|del|of|do|da|die)\b|\bd['’]|\b(?:st|nd|rd|th|er|ten|e)\b|[ºª°])*[\s,.\u060c]*"
ORDINAL = r"(?:st|nd|rd|th|er|º|ª|°|\.)?"


class Moment(Struct, frozen=True):
    """A point in time as far as it is told. ``when`` is naive where the zone is not told; a day has ``when`` None."""

    day: date
    when: datetime | None = None
    precision: Precision = "day"
    relative: bool = False

    @property
    def local(self) -> str:
        """RFC 3339 with the offset; only the date where no offset is known, or not the site's."""
        return self.when.isoformat() if self.when is not None and self._is_local else self.day.isoformat()

    @property
    def _is_local(self) -> bool:
        # ``day`` is the one shown; an instant on another day is told on another clock.
        return self.when is not None and self.when.tzinfo is not None and self.when.date() == self.day

    @property
    def utc(self) -> str | None:
        """RFC 3339 Z; None where only a day or no zone is known."""
        if self.when is None or self.when.tzinfo is None:
            return None
        return self.when.astimezone(UTC).isoformat().replace("+00:00", "Z")

    @property
    def sure(self) -> Precision:
        """The precision of ``local``."""
        return self.precision if self._is_local else "day"


def parse_date(text: str | None, language: str | None = None, *, now: datetime | None = None) -> Moment | None:
    """The first date in a short text, or None.

    ``language`` (BCP 47) decides between readings such as 3/4/2025; ``now`` is when the page was fetched, without which
    relative dates ("hace 3 días") are not read.
    """
    if not text or len(text) > LONGEST or not any(c.isdigit() for c in text):
        return _relative(text, language, now) if text and len(text) <= LONGEST else None
    text = _plain(text)
    return _machine(text) or _numbers(text, language) or _words(text, language) or _relative(text, language, now)


def parse_machine_date(text: str | None) -> Moment | None:
    """A date in a form for machines (ISO 8601 and its careless kin, RFC 2822), or None."""
    if not text or len(text) > LONGEST:
        return None
    text = text.strip()
    found = _machine(text)
    if found is None and re.match(r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d", text):
        try:
            when = parsedate_to_datetime(text)
        except ValueError:
            return None
        return Moment(day=when.date(), when=when, precision="second")
    return found


def is_day(text: str) -> bool:
    """Whether a text begins with a date, or is a day of a month without its year ("Feb 11")."""
    if not re.match(r"\W*(?:\d|[^\W\d_]+\W{0,3}\d)", text):
        return False
    return parse_date(text) is not None or (len(text.split()) == 2 and parse_date(f"{text} 2020") is not None)


def _plain(text: str) -> str:
    # Arabic-Indic and full-width digits become ASCII; combining marks are composed.
    text = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)


def _day(year: Any, month: Any, day: Any) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except (ValueError, TypeError):
        return None
    return found if 1990 <= found.year <= 2100 else None


def _machine(text: str) -> Moment | None:
    match = ISO.search(text)
    if match is None:
        stripped = text.strip()
        match = COMPACT.fullmatch(stripped) if stripped.isascii() else None
        if match is None:
            return None
    day = _day(match[1], match[2], match[3])
    if day is None:
        return None
    if match[4] is None:
        return Moment(day=day)
    zone = match[7] if match.re is ISO else None
    iso = f"{day.isoformat()}T{int(match[4]):02}:{match[5]}:{match[6] or '00'}"
    try:
        when = datetime.fromisoformat(iso + _offset(zone))
    except ValueError:
        return Moment(day=day)
    # Midnight without a zone is a day that a template dressed up.
    if zone is None and iso.endswith("T00:00:00"):
        return Moment(day=day)
    return Moment(day=day, when=when, precision="second" if match[6] else "minute")


def _offset(zone: str | None) -> str:
    if not zone:
        return ""
    if zone.upper() in ("Z", "UTC"):
        return "+00:00"
    return zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"


def _numbers(text: str, language: str | None) -> Moment | None:
    if match := YEAR_FIRST.search(text) or CJK.search(text):
        day = _day(match[1], match[2], match[3])
        return _with_clock(day, text[: match.start()] + text[match.end() :]) if day else None
    if match := CJK_SWITCHED.search(text):
        day = _day(match[5], match[1] or match[4], match[2] or match[3])
        return _with_clock(day, text[: match.start()] + text[match.end() :]) if day else None
    match = NUMERIC.search(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    month_first = (language or "").lower() in ("en", "en-us", "en-ph") and match[2] != "."
    month, number = (first, second) if month_first else (second, first)
    day = _day(year, month, number) or _day(year, number, month)
    return _with_clock(day, text[: match.start()] + text[match.end() :]) if day else None


def _with_clock(day: date, rest: str) -> Moment:
    match = CLOCK.search(rest)
    if match is None:
        return Moment(day=day)
    hour, half = int(match[1]), (match[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        when = datetime(day.year, day.month, day.day, hour, int(match[2]), int(match[3] or 0))
    except ValueError:
        return Moment(day=day)
    return Moment(day=day, when=when, precision="second" if match[3] else "minute")


@cache
def language_rows() -> dict[str, dict[str, Any]]:
    """The rows of the table of languages, by code."""
    return {code: row for code, row in table("languages").items() if "months" in row}


@cache
def weekdays() -> frozenset[str]:
    """The days of the week as languages write them in full, lower case."""
    return frozenset(day.split("|")[0] for row in language_rows().values() for day in row.get("weekdays", []))


@cache
def _months() -> dict[str, dict[str, int]]:
    """Month name → language → number."""
    found: dict[str, dict[str, int]] = {}
    for code, row in language_rows().items():
        for number, names in enumerate(row.get("months", []), 1):
            for name in names.split("|"):
                found.setdefault(unicodedata.normalize("NFKC", name), {})[code] = number
    return found


@cache
def _word_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted((re.escape(n) for n in _months() if not n[0].isdigit()), key=len, reverse=True))
    month = rf"(?<![^\W\d_])(?P<month>{names})(?![^\W\d_])"
    return (
        re.compile(rf"(?<!\d)(?P<day>\d{{1,2}}){ORDINAL}{JOIN}{month}{JOIN}(?P<year>\d{{4}})(?!\d)"),
        re.compile(rf"{month}[\s.]*(?P<day>\d{{1,2}})(?:{ORDINAL}(?:[\s,.\u060c]|\bde\b)+|(?=(?:19|20)\d\d))(?P<year>\d{{4}})(?!\d)"),
        re.compile(rf"(?<!\d)(?P<year>\d{{4}})(?:[\s,.]|e?ko\b)*{month}[\s.]*(?P<day>\d{{1,2}})(?!\d)"),
    )


def _words(text: str, language: str | None) -> Moment | None:
    # Turkish İ and kin: casefold would lengthen the text, which only shifts the remainder that holds the clock.
    folded = unicodedata.normalize("NFKC", text.lower().replace("i̇", "i"))
    code = (language or "").split("-")[0].lower()
    for pattern in _word_patterns():
        for match in pattern.finditer(folded):
            months = _months()[match["month"]]
            month = months.get(code) or next(iter(months.values()))
            day = _day(match["year"], month, match["day"])
            if day is not None:
                return _with_clock(day, folded[: match.start()] + " " + folded[match.end() :])
    return None


@cache
def _relative_patterns() -> list[tuple[str, re.Pattern[str], dict[str, str], frozenset[str]]]:
    patterns = []
    for code, row in language_rows().items():
        units = {form: unit for unit, forms in row.get("units", {}).items() for form in forms.split("|")}
        names = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
        for phrase in row.get("relative", []):
            body = (
                re.escape(phrase)
                .replace("%s", rf"(?:(\d{{1,3}}|an?|un[ae]?|um[a]?|eine[mnr]?|een)?\s*({names})(?:\s*(\d{{1,3}}))?)")
                .replace(r"\ ", r"\s+")
            )
            patterns.append((code, re.compile(rf"(?<!\w){body}(?!\w)"), units, frozenset(row.get("dual", []))))
    return patterns


DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}


def is_relative(text: str) -> bool:
    """Whether a text tells a date by its distance ("3 days ago")."""
    return _relative_span(text, None) is not None


def _relative_span(text: str, language: str | None) -> timedelta | None:
    folded, code = _plain(text).lower(), (language or "").split("-")[0].lower()
    for _, pattern, units, dual in sorted(_relative_patterns(), key=lambda p: p[0] != code):
        if match := pattern.search(folded):
            digits = next((g for g in (match[1], match[3]) if g and g.isdecimal()), None)
            number = int(digits) if digits else 2 if match[2] in dual else 1
            return timedelta(days=number * DAYS[units[match[2]]])
    return None


def _relative(text: str, language: str | None, now: datetime | None) -> Moment | None:
    if now is None:
        return None
    span = _relative_span(text, language)
    return Moment(day=(now - span).date(), relative=True) if span is not None else None


def parse_foreign_date(text: str, language: str | None = None) -> Moment | None:
    """A date in words of a language that the table lacks; slow, for texts that are known to be a date."""
    if not re.search(r"\d{4}", text) or len(text) > 60:
        return None
    words = WORD.findall(_plain(text).lower())
    months = {n for word in words if (n := _month_of(word, language)) is not None}
    if months:
        # A language of the table: in whatever order its day, month and year stand.
        years, days = {w for w in words if len(w) == 4 and w.isdecimal()}, {w for w in words if len(w) <= 2 and w.isdecimal()}
        day = _day(years.pop(), months.pop(), days.pop()) if len(years) == len(months) == len(days) == 1 else None
        return Moment(day=day) if day else None
    import dateparser

    code = (language or "").split("-")[0].lower()
    try:
        found = dateparser.parse(text, languages=[code] if code else None, settings={"STRICT_PARSING": True})
    except (ValueError, OverflowError):
        return None
    return Moment(day=found.date()) if found is not None and 1990 <= found.year <= 2100 else None


def _month_of(word: str, language: str | None) -> int | None:
    months = _months().get(word)
    return months.get((language or "").split("-")[0].lower()) or next(iter(months.values())) if months else None
