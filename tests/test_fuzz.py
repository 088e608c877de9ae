"""Pages spoilt at random: whatever they hold, a record comes of them that keeps its rules, or a named failure."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing import SPOILT, faults, lost, pages, spoilt, with_harmless

BOUNDED = settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
FOUND = sorted(SPOILT.glob("*.html"))


@BOUNDED
@given(st.integers(0, 2**32))
def test_a_spoilt_page_makes_a_record_that_keeps_its_rules(seed: int) -> None:
    assert list(faults(spoilt(random.Random(seed)))) == []


@BOUNDED
@given(st.integers(0, len(pages()) - 1), st.integers(0, 2**32))
def test_what_no_reader_sees_costs_no_paragraph(number: int, seed: int) -> None:
    page = pages()[number]
    assert lost(page, with_harmless(page, random.Random(seed))) == []


@settings(BOUNDED, max_examples=60)
@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: f"<html><body><article>{text}".encode("utf-8", "surrogatepass")))
def test_bytes_that_are_no_page_make_no_exception(page: bytes) -> None:
    assert list(faults(page)) == []


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_once_broke_a_rule(path) -> None:
    assert list(faults(path.read_bytes())) == []
