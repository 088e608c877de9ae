"""Classes and ids of a page, told by their kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from presslift.scraper.knowledge import table
from presslift.scraper.parse.cues import class_like, cues
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.names import Kinds
from presslift.scraper.parse.titles import TITLE_CLASS, TITLE_SIGNS

PAGES = sorted((Path(__file__).resolve().parents[2] / "pages").rglob("page.html"))
MADE = [
    f"{start}{word}{join}{end}{rest}"
    for start in ("", "td-", "x__")
    for word in ("published", "post", "news", "story", "the", "theauthor", "author", "autor", "post-by", "entry-title", "h1")
    for join in ("", "-", "_")
    for end in ("", "date", "time", "on", "data", "name", "link")
    for rest in ("", "-x")
]


def test_names_are_sorted_by_kind_in_order() -> None:
    kinds = Kinds()
    kinds.add("long", lambda name: len(name) > 5, ("a", "o"))
    kinds.add("ids", lambda name: name[0] == "#", ("#",))
    assert kinds.sort(["#banana", "fog", "Orange", "unsung", "#x"]) == {"long": ["#banana", "Orange"], "ids": ["#banana", "#x"]}
    assert "long" in kinds and "short" not in kinds


@pytest.mark.parametrize("names", [["a\nb-title"], ["İ", "title"]])
def test_odd_names_are_all_tested(names: list[str]) -> None:
    kinds = Kinds()
    kinds.add("title", lambda name: "title" in name, ("title",))
    assert kinds.sort(names) == {"title": names[-1:]}


def test_a_cue_s_signs_stand_in_all_that_its_pattern_matches() -> None:
    names = {name for page in PAGES for name in read_document(page.read_bytes()).names} | set(MADE)
    rows = [cue for field in ("title", "published", "modified", "people") for cue in cues(field) if cue.pattern is not None]
    assert len(rows) == sum("pattern" in row for rows in table("cues").values() if isinstance(rows, list) for row in rows)
    for cue in rows:
        matched = [name for name in names if class_like(cue.pattern or "")(name)]
        assert matched, cue.name
        assert not [name for name in matched if not any(sign in name.lower() for sign in cue.signs)], cue.name
    assert all(any(sign in name.lower() for sign in TITLE_SIGNS) for name in names if class_like(TITLE_CLASS)(name))
