"""Dates in one form: the site's local time with its offset, the same instant in UTC, the day, and how precise it is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from presslift.records import Article, Comment, Precision
from presslift.transforms.chain import warned
from presslift.transforms.context import Context

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
_TIME = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?")
_LONGEST_SHIFT = timedelta(hours=26)


def dates(article: Article, context: Context) -> Article:
    """``published`` and ``modified`` complete each other's forms: local with offset, UTC, day and precision.

    A local time without an offset gets the site's zone, an instant in UTC alone is put into it. A day alone stays a day,
    its UTC empty. Where local time and UTC contradict each other, UTC holds, and a warning says so. Comments alike.
    """
    zone = _zone(context)
    warnings: list[str] = []
    changes: dict[str, Any] = {}
    published, published_utc, precision = _completed(
        "published", article.published, article.published_utc, article.published_precision, zone, warnings
    )
    modified, modified_utc, _ = _completed("modified", article.modified, article.modified_utc, None, zone, warnings)
    day = published[:10] if published else article.published_date
    if published is None and _day(day):
        published, precision = day, "day"
    values = {
        "published": published,
        "published_utc": published_utc,
        "published_date": day if _day(day) else None,
        "published_precision": precision if published else None,
        "modified": modified,
        "modified_utc": modified_utc,
    }
    changes.update({name: value for name, value in values.items() if value != getattr(article, name)})
    comments = [_comment(comment, zone) for comment in article.comments]
    if any(new is not old for new, old in zip(comments, article.comments, strict=True)):
        changes["comments"] = comments
    return warned(msgspec.structs.replace(article, **changes) if changes else article, *warnings)


def _completed(
    name: str, local: str | None, utc: str | None, precision: Precision | None, zone: tzinfo | None, warnings: list[str]
) -> tuple[str | None, str | None, Precision | None]:
    """The local form, the UTC form and the precision of one date."""
    instant, here = _parsed(utc), _parsed(local)
    if instant is None and here is None:
        if local and _day(local[:10]):
            return local[:10], None, "day"
        if local or utc:
            warnings.append(f"{name}: {local or utc!r} is no date")
        return None, None, None
    precision = precision if precision in ("second", "minute") else _precision(local if here is not None else utc)
    if here is not None and here.tzinfo is None:
        here = _located(here, instant, zone)
    if instant is not None and instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    if here is None and instant is not None:
        here = instant.astimezone(zone) if zone is not None else instant
    if here is not None and here.tzinfo is not None:
        if instant is not None and abs(here - instant) >= timedelta(minutes=1):
            warnings.append(f"{name}: {local} and {utc} (UTC) are not the same instant; UTC holds")
            here = instant.astimezone(zone or here.tzinfo)
        if zone is not None and here.utcoffset() == timedelta(0) and here.astimezone(zone).utcoffset() != timedelta(0):
            here = here.astimezone(zone)  # many plugins print UTC: the site's own clock is what readers see
        here = _whole_minutes(here)
        return _written(here), _utc(here), precision
    # No zone is known: the wall clock stays as it is, the instant unknown.
    return (here.replace(microsecond=0).isoformat() if here is not None else None), None, precision


def _located(here: datetime, instant: datetime | None, zone: tzinfo | None) -> datetime:
    """A wall clock's time with its offset: from UTC where both are known, else from the site's zone."""
    if instant is not None:
        shift = here - instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else here - instant
        rounded = timedelta(minutes=15 * round(shift / timedelta(minutes=15)))
        if abs(shift - rounded) < timedelta(seconds=61) and abs(rounded) < _LONGEST_SHIFT / 1.8:
            return here.replace(tzinfo=timezone(rounded))
    return here.replace(tzinfo=zone) if zone is not None else here


def _parsed(text: str | None) -> datetime | None:
    if not text or not _TIME.match(text):
        return None
    try:
        return datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("z", "+00:00"))
    except ValueError:
        return None


def _day(text: str | None) -> bool:
    try:
        return bool(text) and bool(date.fromisoformat(text or ""))
    except ValueError:
        return False


def _precision(text: str | None) -> Precision:
    found = _TIME.match(text or "")
    return "second" if found and found[1] else "minute"


def _whole_minutes(when: datetime) -> datetime:
    """Before there were time zones each town had its own; RFC 3339 knows whole minutes."""
    shift = when.utcoffset()
    if shift is None or not shift.total_seconds() % 60:
        return when
    return when.replace(tzinfo=timezone(timedelta(minutes=round(shift.total_seconds() / 60))))


def _written(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat()


def _utc(when: datetime) -> str | None:
    try:
        return when.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    except (OverflowError, ValueError):
        return None


def _comment(comment: Comment, zone: tzinfo | None) -> Comment:
    date_here, date_utc, _ = _completed("comment", comment.date, comment.date_utc, None, zone, [])
    if (date_here, date_utc) == (comment.date, comment.date_utc) or date_here is None:
        return comment
    return msgspec.structs.replace(comment, date=date_here, date_utc=date_utc)


@lru_cache(maxsize=64)
def _zone_of(name: str | None, offset: str | None) -> tzinfo | None:
    if name:
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    for text in (offset, name):
        if text and (found := _OFFSET.search(text)):
            shift = timedelta(hours=int(found[2]), minutes=int(found[3]))
            if shift < timedelta(hours=24):
                return timezone(-shift if found[1] == "-" else shift)
    return None


def _zone(context: Context) -> tzinfo | None:
    return _zone_of(context.timezone, context.utc_offset)
