from __future__ import annotations

import pytest

from presslift.scraper.parse.counters import fill_counters
from presslift.scraper.parse.document import read_fragment, text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<span class="elementor-counter-number" data-to-value="1234567" data-delimiter=",">0</span>', "1,234,567"),
        ('<span class="elementor-counter-number" data-to-value="-98.5">0</span>', "-98.5"),
        ('<span class="elementor-counter-number" data-to-value="many">0</span>', "0"),
        ('<div class="et_pb_number_counter" data-number-value="75"><p><span class="percent-value"></span>%</p></div>', "75%"),
        ('<div class="et_pb_number_counter" data-number-value="75"><p>soon</p></div>', "soon"),
        ('<span data-to-value="12">0</span>', "0"),
    ],
)
def test_a_counter_says_the_number_it_counts_to(html: str, text: str) -> None:
    container = read_fragment(html)
    fill_counters(container)
    assert text_of(container) == text
