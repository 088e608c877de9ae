"""Short selectors that tell one element of a page, and its like on the theme's other pages, from all others."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from presslift.scraper.parse.document import Document, classes

PASSING = re.compile(
    r"\d|^(?:post|page|type|status|format|category|tag|has|is|no|not|wp-container|wp-elements|align|css|vc_custom|author|hentry|clearfix|clear|clr|cf|group|row|col|columns?|container|wrap|wrapper|inner|first|last|active|odd|even|sticky|js|lang|elementor-element|e-con|animated|fade\w*|aos\w*|lazy\w*|mt|mb|py|px|pt|pb)(?:[-_]|$)"
)
PLAIN = re.compile(r"-?[A-Za-z_][\w-]*")


def selectors_of(element: HtmlElement, doc: Document, *, first: bool = False) -> list[str]:
    """Selectors that match ``element`` alone in ``doc``, most telling first; with ``first``, it need only be the first match."""
    tag = str(element.tag)
    names = sorted(n for n in classes(element) if PLAIN.fullmatch(n) and not PASSING.search(n))
    plain = [n for n in sorted(classes(element)) if PLAIN.fullmatch(n) and n not in names and not re.search(r"\d", n)]
    ident = (element.get("id") or "").strip()
    told = [f".{n}" for n in names]
    if ident and PLAIN.fullmatch(ident) and not re.search(r"\d{2}", ident):
        told.append(f"#{ident}")
    if len(names) > 1:
        told.append("".join(f".{n}" for n in names))
    told += [f"[itemprop~={n}]" for n in (element.get("itemprop") or "").split() if PLAIN.fullmatch(n)]
    told += [f"{tag}.{n}" for n in [*names, *plain]]
    told += _below_parent(element, tag, [*names, *plain])
    if tag in ("main", "article", "h1", "time"):
        told.append(tag)
    return [s for s in dict.fromkeys(told) if _tells(s, element, doc, first)]


def _below_parent(element: HtmlElement, tag: str, names: list[str]) -> list[str]:
    parent = element.getparent()
    if parent is None:
        return []
    above = [f".{n}" for n in sorted(classes(parent)) if PLAIN.fullmatch(n) and not PASSING.search(n)]
    ident = (parent.get("id") or "").strip()
    if ident and PLAIN.fullmatch(ident) and not re.search(r"\d{2}", ident):
        above.append(f"#{ident}")
    if parent.tag in ("main", "article"):
        above.append(str(parent.tag))
    return [f"{a} > {own}" for a in above for own in [*(f"{tag}.{n}" for n in names), tag]]


def _tells(selector: str, element: HtmlElement, doc: Document, first: bool) -> bool:
    found = doc.find(selector)
    return bool(found) and found[0] is element and (first or len(found) == 1)
