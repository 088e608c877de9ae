"""Dates as WordPress prints them in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from presslift.scraper.parse.dates import is_relative, parse_date, parse_foreign_date, parse_machine_date

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)

PRINTED = [
    ("en-US", "March 18, 2025"),
    ("en", "Posted on 18th March 2025"),
    ("es-ES", "18 de marzo de 2025"),
    ("es", "marzo 18, 2025"),
    ("es", "Mar 18, 2025"),
    ("pt-BR", "18 de março de 2025"),
    ("pt-PT", "18 de Março, 2025"),
    ("fr", "18 mars 2025"),
    ("de", "18. März 2025"),
    ("it", "18 Marzo 2025"),
    ("nl", "18 maart 2025"),
    ("ca", "18 de març de 2025"),
    ("gl", "18 Marzo, 2025"),
    ("eu", "18 martxoa, 2025"),
    ("eu", "2025ko martxoaren 18a"),
    ("eu", "2025-03-18"),
    ("ru", "18 марта, 2025"),
    ("ru", "18.03.2025"),
    ("pl", "18 marca, 2025"),
    ("tr", "18 Mart 2025"),
    ("ar", "18 مارس، 2025"),
    ("ar", "١٨ مارس، ٢٠٢٥"),
    ("ja", "2025年3月18日"),
    ("ja", "3月 18, 2025"),
    ("zh-CN", "18 3 月, 2025"),
    ("zh-TW", "2025 年 3 月 18 日"),
    ("en-GB", "18/03/2025"),
    ("en-US", "3/18/2025"),
    ("el", "18 Μαρτίου 2025"),
    ("ro", "18 martie 2025"),
    ("hu", "2025. március 18."),
    ("uk", "18 березня 2025"),
    ("fi", "18. maaliskuuta 2025"),
    ("hr", "18 ožujka, 2025"),
    ("sk", "18. marca 2025"),
    ("sl", "18. marec 2025"),
    ("bg", "18 март 2025"),
    ("he", "18 במרץ 2025"),
    ("fa", "۱۸ مارس ۲۰۲۵"),
    ("ko", "2025년 3월 18일"),
    (None, "20250318"),
]


@pytest.mark.parametrize(("language", "text"), PRINTED)
def test_printed_days_are_read(language: str | None, text: str) -> None:
    moment = parse_date(text, language)
    assert moment is not None
    assert (moment.day, moment.precision, moment.utc) == (date(2025, 3, 18), "day", None)
    assert moment.local == "2025-03-18"


def test_catalan_elision() -> None:
    moment = parse_date("3 d'abril de 2024", "ca")
    assert moment is not None and moment.day == date(2024, 4, 3)


def test_language_decides_between_readings() -> None:
    american, british = parse_date("3/4/2025", "en-US"), parse_date("3/4/2025", "en-GB")
    assert american is not None and american.day == date(2025, 3, 4)
    assert british is not None and british.day == date(2025, 4, 3)


def test_zone_kept() -> None:
    moment = parse_machine_date("2024-01-01T02:30:00+05:30")
    assert moment is not None
    assert moment.local == "2024-01-01T02:30:00+05:30"
    assert moment.utc == "2023-12-31T21:00:00Z"
    assert moment.sure == "second"


@pytest.mark.parametrize("text", ["2024-05-06T07:08:09Z", "2024-05-06T07:08:09.000+0000", "Mon, 06 May 2024 07:08:09 +0000"])
def test_careless_machine_forms(text: str) -> None:
    moment = parse_machine_date(text)
    assert moment is not None and moment.utc == "2024-05-06T07:08:09Z"


def test_time_without_zone_tells_a_day_only() -> None:
    moment = parse_date("18 mars 2025 à 9 h 05 min", "fr")
    assert moment is not None and moment.when == datetime(2025, 3, 18, 9, 5)
    assert (moment.local, moment.utc, moment.sure) == ("2025-03-18", None, "day")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hace 3 días", 17),
        ("2 days ago", 18),
        ("il y a 4 jours", 16),
        ("vor 5 Tagen", 15),
        ("3 giorni fa", 17),
        ("há 2 dias", 18),
        ("2 дня назад", 18),
        ("3 gün önce", 17),
        ("قبل يومين", 18),
        ("3日前", 17),
        ("hai 1 hora", 20),
    ],
)
def test_relative_dates_need_the_time_of_fetching(text: str, day: int) -> None:
    assert parse_date(text) is None
    moment = parse_date(text, now=NOW)
    assert moment is not None and moment.relative and moment.day == date(2025, 3, day)
    assert is_relative(text)


@pytest.mark.parametrize(
    "text", ["", "Chapter 12", "05 Jan", "2019", "31.02.2024", "0000-00-00T00:00:00", "call 555-1234", "1" * 5000, "٣" * 200]
)
def test_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_language_outside_the_table() -> None:
    moment = parse_foreign_date("18 Μαρτίου 2025", "el")
    assert moment is not None and moment.day == date(2025, 3, 18)
