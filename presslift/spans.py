"""Spans of time as people write them: ``6h``, and the hours of a day, ``22:00-06:00``."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from msgspec import Struct

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
LONGEST = 3_660 * 86_400
EXAMPLES = "30m, 6h, 1d or 2w"


def seconds_of(text: str) -> int:
    """The seconds of a span: a whole number and s, m, h, d or w. Raises ``ValueError`` for anything else, nothing and ten years."""
    match = re.fullmatch(r"\s*(\d{1,9})\s*([smhdw])\s*", text)
    seconds = int(match[1]) * UNITS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"{text!r} is no span of time such as {EXAMPLES}")
    return seconds


class Hours(Struct, frozen=True, kw_only=True):
    """Some hours of every day, past midnight when ``end`` is not after ``begin``."""

    begin: time
    end: time

    def open(self, at: datetime) -> bool:
        """Whether a moment is within them; its own clock counts."""
        now = at.time().replace(tzinfo=None)
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def seconds_until(self, at: datetime) -> float:
        """The seconds from a moment until they begin; 0 within them."""
        if self.open(at):
            return 0.0
        begin = at.replace(hour=self.begin.hour, minute=self.begin.minute, second=0, microsecond=0)
        return ((begin if begin > at else begin + timedelta(days=1)) - at).total_seconds()

    def seconds_left(self, at: datetime) -> float:
        """The seconds from a moment within them until they end."""
        end = at.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return ((end if end > at else end + timedelta(days=1)) - at).total_seconds()


def hours_of(text: str) -> Hours:
    """The hours that ``22:00-06:00`` means. Raises ``ValueError`` for anything else, and for no time at all."""
    match = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*", text)
    try:
        if match is None or match.group(1, 2) == match.group(3, 4):
            raise ValueError
        end = (int(match[3]), int(match[4]))
        return Hours(begin=time(int(match[1]), int(match[2])), end=time(*(end if end != (24, 0) else (0, 0))))
    except ValueError as error:
        raise ValueError(f"{text!r} is no span of hours such as 22:00-06:00") from error


def duration(seconds: float) -> str:
    """``1 h 5 min``, ``2 min 3 s``, ``9 s``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
