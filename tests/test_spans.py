"""Spans of time and hours of a day, as people write them."""

from __future__ import annotations

from datetime import datetime

import pytest

from presslift.spans import hours_of, seconds_of


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("6h", 21_600), (" 1 d ", 86_400), ("2w", 1_209_600)])
def test_spans(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "6", "h", "0h", "-1h", "1.5h", "6 hours", "99999d", "1h30m"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("hours", "clock", "is_open"),
    [
        ("22:00-06:00", "23:10", True),
        ("22:00-06:00", "05:59", True),
        ("22:00-06:00", "06:00", False),
        ("22:00-06:00", "12:00", False),
        ("1:30-5:00", "01:30", True),
        ("1:30-5:00", "05:00", False),
        ("20:00-24:00", "23:59", True),
        ("20:00-24:00", "00:00", False),
    ],
)
def test_hours(hours: str, clock: str, is_open: bool) -> None:
    assert hours_of(hours).open(datetime.fromisoformat(f"2025-06-01T{clock}")) is is_open


def test_how_long_until_they_begin() -> None:
    night = hours_of("22:00-06:00")
    assert night.seconds_until(datetime.fromisoformat("2025-06-01T21:59:30")) == 30
    assert night.seconds_until(datetime.fromisoformat("2025-06-01T23:00:00")) == 0
    assert hours_of("01:00-02:00").seconds_until(datetime.fromisoformat("2025-06-01T03:00:00")) == 22 * 3600


@pytest.mark.parametrize("text", ["", "22-06", "22:00", "25:00-06:00", "22:60-06:00", "06:00-06:00", "night"])
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="no span of hours"):
        hours_of(text)
