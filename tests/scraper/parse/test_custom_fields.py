"""Fields of the user's own, typed."""

from __future__ import annotations

from typing import Any

import pytest

from presslift.config import CustomField
from presslift.scraper.parse.custom_fields import from_page, from_rest, united
from presslift.scraper.parse.document import read_document

PAGE = read_document(
    "<div class=box><b class=score>Note : 8,5 / 10</b><i class=price>1.234,50 €</i><u class=seats>12 000</u><s class=open>Yes</s>"
    "<a class=get href='/a.pdf'>A</a><a class=get href=' /b.pdf '>B</a><em class=none></em></div>",
    "https://press.example.org/",
)
ITEM = {"acf": {"score": 8.5, "open": True, "tags": ["x", 3], "note": "7"}, "meta": {"text": {"rendered": "<b>x</b>"}}, "price": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (CustomField(selector=".score"), "Note : 8,5 / 10"),
        (CustomField(selector=".score", type="number"), 8.5),
        (CustomField(selector=".price", type="number"), 1234.5),
        (CustomField(selector=".seats", type="number"), 12000),
        (CustomField(selector=".open", type="boolean"), True),
        (CustomField(selector=".price", type="boolean"), None),
        (CustomField(selector=".get", attribute="href", many=True), ["/a.pdf", "/b.pdf"]),
        (CustomField(selector=".none"), None),
        (CustomField(selector=".nothing", many=True), []),
        (CustomField(rest="acf.score"), 8.5),
        (CustomField(rest="acf.open"), True),
        (CustomField(rest="acf.tags", many=True), ["x", "3"]),
        (CustomField(rest="acf.note", type="number"), 7),
        (CustomField(rest="meta.text"), "<b>x</b>"),
        (CustomField(rest="acf.score.deeper"), None),
        (CustomField(rest="price"), None),
        (CustomField(rest="acf"), None),
        (CustomField(rest="acf.score", selector=".score"), 8.5),
        (CustomField(rest="acf.nothing", selector=".seats", type="number"), 12000),
    ],
)
def test_values_have_their_type(field: CustomField, value: Any) -> None:
    declared = {"x": field}
    found = united(from_rest(ITEM, declared), from_page(PAGE.root, declared))["x"]
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", 1234),
        ("1,2", 1.2),
        ("1.2", 1.2),
        ("1.234.567", 1234567),
        ("−3", -3),
        ("1,234.5", 1234.5),
        ("no", None),
        ("9" * 400, None),
    ],
)
def test_numbers_as_people_write_them(text: str, number: float | None) -> None:
    page = read_document(f"<p class=n>{text}</p>", "https://press.example.org/")
    assert from_page(page.root, {"n": CustomField(selector=".n", type="number")}) == {"n": number}
