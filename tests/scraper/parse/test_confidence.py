"""The table of confidence: rising lines, shares of pages, and values that use them."""

from __future__ import annotations

import pytest

from presslift.scraper.knowledge import table
from presslift.scraper.parse.confidence import calibrated, of_case

FIELDS = [name for name, row in table("confidence").items() if "chance" in row]


@pytest.mark.parametrize("field", FIELDS)
def test_a_higher_chance_is_never_less_sure(field: str) -> None:
    row = table("confidence")[field]
    assert row["chance"] == sorted(row["chance"]) and row["right"] == sorted(row["right"])
    assert (row["chance"][0], row["chance"][-1]) == (0.0, 1.0)
    given = [calibrated(field, n / 50) for n in range(51)]
    assert given == sorted(given)
    assert 0 <= given[0] <= given[-1] <= 1


def test_between_the_points_along_lines() -> None:
    low, high = table("confidence")["title"]["chance"][:2]
    start, end = table("confidence")["title"]["right"][:2]
    assert calibrated("title", (low + high) / 2) == pytest.approx((start + end) / 2)


def test_a_field_without_a_row_is_as_it_was() -> None:
    assert calibrated("language", 0.42) == 0.42


def test_ways_of_choosing() -> None:
    assert of_case("authors", "byline alone") <= of_case("authors", "byline and page agree") <= 1
