"""Fields of the user's own, declared in config.yaml: read from a page by selector, or from REST by path, and typed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from lxml.html import HtmlElement

from presslift.config import CustomField
from presslift.scraper.parse.document import select, text_of

YES = frozenset({"1", "true", "yes", "on", "sí", "si", "ja", "oui", "sim", "да"})
NO = frozenset({"0", "false", "no", "off", "nein", "non", "não", "нет"})
NUMBER = re.compile(r"[-+−]?\d[\d.,'’\s\u00a0\u202f]*")


def from_page(root: HtmlElement, declared: Mapping[str, CustomField]) -> dict[str, Any]:
    """Name → scalar, or a list for ``many``; None and [] for what the page lacks. Fields without a selector are left out."""
    found: dict[str, Any] = {}
    for name, field in declared.items():
        if field.selector is not None:
            elements = select(root, field.selector)
            values = [text_of(e) if field.attribute is None else (e.get(field.attribute) or "").strip() for e in elements]
            found[name] = _shaped(values, field)
    return found


def from_rest(item: Mapping[str, Any], declared: Mapping[str, CustomField]) -> dict[str, Any]:
    """The like from a REST item, by dotted paths such as ``acf.rating`` or ``meta.price``; its own types are kept."""
    found: dict[str, Any] = {}
    for name, field in declared.items():
        if field.rest is None:
            continue
        value: Any = item
        for step in field.rest.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and "rendered" in value:
            value = value["rendered"]
        values = value if isinstance(value, list) else [value]
        found[name] = _shaped([v for v in values if isinstance(v, str | int | float)], field)
    return found


def united(rest: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    """REST's value where it has one, else the page's."""
    return {**page, **{name: value for name, value in rest.items() if value not in (None, []) or name not in page}}


def _shaped(values: list[Any], field: CustomField) -> Any:
    typed = [v for v in (_typed(value, field.type) for value in values) if v is not None and v != ""]
    if field.many:
        # A list of whatever type is a list of texts in every table and format.
        return [v if isinstance(v, str) else _written(v) for v in typed]
    return next(iter(typed), None)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(value: Any, kind: str) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if kind == "boolean":
        return True if text.casefold() in YES else False if text.casefold() in NO else None
    return _number(text) if kind == "number" else text


def _number(text: str) -> int | float | None:
    """The first number of a text, its decimal mark a point or a comma."""
    found = NUMBER.search(text)
    if not found:
        return None
    digits = re.sub(r"[\s\u00a0\u202f'’]", "", found[0]).replace("−", "-").rstrip(".,")
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        digits = digits.replace("." if comma > point else ",", "").replace(",", ".")
    elif comma >= 0:
        digits = digits.replace(",", "") if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+", digits) else digits.replace(",", ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        number = float(digits)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(digits) if re.fullmatch(r"[-+]?\d{1,18}", digits) else number
