"""Numbers that a page's script counts up to: builders print where the count starts, the number itself stands in an attribute."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import select

NUMBER = re.compile(r"(-?)(\d{1,15})((?:[.,]\d{1,6})?)")
GROUPS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")


def fill_counters(container: HtmlElement) -> None:
    """Write the number of each counter that the table of builders knows where its text belongs. Changes the tree; never raises."""
    if not _present()(container):
        return
    for row in table("builders")["counter"]:
        for element in select(container, row["selector"]):
            number = _printed(element, row)
            target = next(iter(select(element, row["text"])), None) if row.get("text") else element
            if number is not None and target is not None and not len(target):
                target.text = number


@cache
def _present() -> etree.XPath:
    names = sorted({row["value"] for row in table("builders")["counter"]})
    return etree.XPath(f"boolean(descendant::*[{' or '.join(f'@{name}' for name in names)}])")


def _printed(element: HtmlElement, row: dict[str, Any]) -> str | None:
    match = NUMBER.fullmatch((element.get(row["value"]) or "").strip())
    if match is None:
        return None
    delimiter = element.get(row["delimiter"]) or "" if row.get("delimiter") else ""
    whole = GROUPS.sub(delimiter, match[2]) if len(delimiter) == 1 else match[2]
    return f"{match[1]}{whole}{match[3]}"
