"""The site's clock from its pages' dates."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from presslift.scraper.clock import dates_told, read_clock, read_clock_by_days

WINTER, SUMMER = "2024-01-10T09:30:00", "2024-07-10T09:30:00"


def told(*dates: str) -> str | None:
    page = " ".join(f'<time datetime="{date}">' for date in dates).encode()
    return read_clock(dates_told(page))


@pytest.mark.parametrize(
    ("dates", "language", "zone"),
    [
        ([f"{WINTER}+01:00", f"{SUMMER}+02:00"], "de-DE", "Europe/Berlin"),
        ([f"{WINTER}+01:00", f"{SUMMER}+02:00"], "fr-FR", "Europe/Paris"),
        ([f"{WINTER}-05:00", f"{SUMMER}-05:00"], "es-PE", "America/Lima"),
        ([f"{WINTER}-03:00", f"{SUMMER}-03:00"], "pt-BR", "America/Noronha"),
        ([f"{WINTER}+05:30"], "hi", "+05:30"),
        # The language's country keeps another clock.
        ([f"{WINTER}+03:00"], "en-US", "+03:00"),
        # UTC beside a local date is a plugin's habit; in winter alone it is London's.
        ([f"{SUMMER}+02:00", f"{SUMMER}+00:00", f"{WINTER}+01:00", f"{WINTER}+00:00"], "de-DE", "Europe/Berlin"),
        ([f"{WINTER}+00:00"], "en-GB", None),
        ([], "de-DE", None),
    ],
)
def test_the_clock_of_the_site(dates: list[str], language: str, zone: str | None) -> None:
    found = read_clock(dates_told(" ".join(dates).encode()), language)
    if zone == "America/Noronha":
        assert found in (
            "America/Belem",
            "America/Fortaleza",
            "America/Recife",
            "America/Bahia",
            "America/Sao_Paulo",
            "America/Araguaina",
            "America/Maceio",
            "America/Santarem",
        )
    else:
        assert found == zone


def test_summer_time_is_told_without_a_country_too() -> None:
    zone = told(f"{WINTER}+01:00", f"{SUMMER}+02:00", "2024-03-30T10:00:00+01:00", "2024-04-02T10:00:00+02:00")
    assert zone is not None and zone.startswith("Europe/")
    assert told(f"{WINTER}-05:00", f"{SUMMER}-04:00", "2024-03-12T10:00:00-04:00") in (
        "America/New_York",
        "America/Toronto",
        "America/Nassau",
    )


def test_a_winter_in_utc_is_no_fixed_offset() -> None:
    summers = [f"2023-0{month}-11T10:00:00+01:00" for month in range(4, 10)]
    winters = [f"2023-{month}-11T10:00:00+00:00" for month in ("01", "02", "11", "12")]
    zone = told(*summers, *winters)
    assert zone is not None and "/" in zone
    assert read_clock(dates_told(" ".join(summers + winters).encode()), "en-GB") == "Europe/London"


def test_dates_of_other_sites_count_for_little() -> None:
    dates = [
        f"2024-{month:02}-{day:02}T10:00:00{'+02:00' if 4 <= month <= 10 else '+01:00'}" for month in range(1, 13) for day in (5, 9, 20)
    ]
    assert read_clock(dates_told(" ".join([*dates, "2024-02-02T10:00:00-08:00"]).encode()), "de-DE") == "Europe/Berlin"


def test_nonsense_is_passed_over() -> None:
    assert dates_told(b"2024-13-45T99:99:00+99:99 12024-01-01T00:00:00+01:000 2024-01-01T00:00+0100") != []


@pytest.mark.parametrize(
    ("zone", "language", "found"),
    [
        ("Asia/Tokyo", "ja", "Asia/Tokyo"),
        ("Europe/Warsaw", "pl-PL", "Europe/Warsaw"),
        ("America/Lima", "es-PE", "America/Lima"),
        ("UTC", "en-GB", None),
    ],
)
def test_the_clock_by_the_days_shown(zone: str, language: str, found: str | None) -> None:
    instants = [datetime(2024, 1, 1) + timedelta(days=11 * n, minutes=137 * n) for n in range(40)]
    days = [(when, when.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()) for when in instants]
    assert read_clock_by_days(days, language) == found
    # One page may show another day than its own.
    assert read_clock_by_days([*days, (instants[3], datetime(2011, 1, 1).date())], language) == found
