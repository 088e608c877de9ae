"""The terms of one article: by its element's classes (slugs), its printed links (names), and what plugins say in the head."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qs, unquote

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import Term
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import text_of
from presslift.scraper.parse.graph import text_value
from presslift.scraper.parse.people import name_slug
from presslift.scraper.parse.stray_terms import links_around_text, links_of_trail, not_many
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

CORE = {"category": "category", "tag": "post_tag"}


class Terms(Struct, kw_only=True):
    """Terms whose name is known, and the slugs that stand in classes for which the page has no name (taxonomy → slugs).

    ``numbers`` are the terms' ids, which classes hold where a slug isn't ASCII.
    """

    terms: list[Term] = []
    nameless: dict[str, list[str]] = {}
    numbers: list[int] = []
    cue: str | None = None
    confidence: float = 0.0


def read_terms(view: PageView) -> Terms:
    """Read the article's own terms; those of menus, widgets and related cards don't count."""
    slugs, complete = class_slugs(view)
    printed = [t for t in _printed(view) if _confirmed(t, slugs, complete)]
    terms = list({(t.taxonomy, t.slug or t.name.lower()): t for t in reversed(printed)}.values())[::-1]
    cue, confidence = ("term links", 0.97 if slugs else 0.85) if terms else (None, 0.0)
    for term, way, sure in _by_address(view, {t.taxonomy for t in terms}):
        if _confirmed(term, slugs, complete):
            terms.append(term)
            cue, confidence = cue or way, min(confidence or 1.0, 0.9 if slugs else sure)
    nameless: dict[str, list[str]] = {}
    said = _said(view)
    for taxonomy, known in slugs.items():
        have = {t.slug for t in terms if t.taxonomy == taxonomy}
        for slug in known:
            if slug in have:
                continue
            name = said.get(taxonomy, {}).get(slug)
            if name:
                terms.append(Term(taxonomy=taxonomy, name=name, slug=slug))
                cue, confidence = cue or "classes and head", confidence or 0.9
            else:
                nameless.setdefault(taxonomy, []).append(slug)
    if not complete:
        for taxonomy, names in said.items():
            if taxonomy not in slugs and not any(t.taxonomy == taxonomy for t in terms):
                terms.extend(Term(taxonomy=taxonomy, name=name, slug=slug) for slug, name in names.items())
                cue, confidence = cue or "head", confidence or 0.7
    # A name made of a slug lacks at least its capitals and accents.
    return Terms(
        terms=terms, nameless=nameless, numbers=class_numbers(view), cue=cue, confidence=min(confidence, 0.6) if nameless else confidence
    )


def class_numbers(view: PageView) -> list[int]:
    """The ids of terms that ``post_class()`` gives the article's element in place of slugs."""
    names = (view.main.get("class") or "").split()
    if not any(n.startswith(("type-", "status-")) for n in names):
        return []
    return [int(n[1]) for n in (name.split("-", 1) for name in names) if n[0] in CORE and n[1:] and n[1].isdecimal() and len(n[1]) < 10]


def class_slugs(view: PageView) -> tuple[dict[str, list[str]], bool]:
    """Taxonomy → slugs, from the classes that ``post_class()`` gives the article's element, and whether these name all terms.

    A slug that a class can't hold is printed as the term's number, so a page with such a number tells of more terms than slugs.
    """
    names = (view.main.get("class") or "").split()
    if not any(n.startswith(("type-", "status-")) for n in names):
        slugs = sorted(n.removeprefix("post-in-category-") for n in view.doc.body_classes if n.startswith("post-in-category-"))
        return ({"category": slugs} if slugs else {}), False
    found: dict[str, list[str]] = {}
    numbered = False
    for name in names:
        head, _, slug = name.partition("-")
        if head in CORE and slug:
            numbered = numbered or slug.isdigit()
            if not slug.isdigit():
                found.setdefault(CORE[head], []).append(unquote(slug))
    return found, bool(found) and not numbered


def _confirmed(term: Term, slugs: dict[str, list[str]], complete: bool) -> bool:
    # Where a slug isn't ASCII the class holds the term's number instead, or nothing.
    if not (term.slug or "x").isascii():
        return True
    known = slugs.get(term.taxonomy)
    if known is not None:
        return term.slug in known
    return not complete or term.taxonomy not in CORE.values()


@cache
def _bases() -> dict[str, str]:
    return {unicodedata.normalize("NFC", base): taxonomy for taxonomy, bases in table("terms")["bases"].items() for base in bases}


def archive_of(url: str) -> tuple[str | None, str | None]:
    """Taxonomy and slug of a term's archive by its address; (None, slug) where the base is not a known one."""
    parts = split_url(url)
    query = parse_qs(parts.query)
    for name, taxonomy in (("cat", "category"), ("tag", "post_tag"), ("category_name", "category")):
        if query.get(name):
            return taxonomy, None if query[name][0].isdigit() else query[name][0].rsplit("/", 1)[-1]
    steps = [unicodedata.normalize("NFC", unquote(s)) for s in parts.path.split("/") if s]
    for number, step in enumerate(steps[:-1]):
        if step.lower() in _bases():
            rest = steps[number + 1 :]
            rest = rest[: rest.index("page")] if "page" in rest else rest
            return _bases()[step.lower()], rest[-1] if rest else None
    return None, steps[-1] if steps else None


def _printed(view: PageView) -> list[Term]:
    found: list[tuple[int, Term]] = []
    seen: set[HtmlElement] = set()
    links, mixed = table("terms")["links"], table("terms")["mixed"]["places"]
    for taxonomy, places in [*links.items(), (None, mixed)]:
        for place in places:
            for link in view.index.find(place):
                if link in seen or (link.tag != "a" and next(link.iter("a"), None) is None and taxonomy is None and "rel" in place):
                    continue
                if view.elsewhere(link) or not _beside_text(view, link):
                    continue
                term = _term(view, link, taxonomy, place)
                if term is not None:
                    seen.add(link)
                    found.append((view.index.position(link), term))
    return [t for _, t in sorted(found, key=lambda pair: pair[0])]


def _by_address(view: PageView, told: set[str]) -> Iterator[tuple[Term, str, float]]:
    """Terms of the taxonomies of which no place told, with the cue and its confidence."""
    missing = set(CORE.values()) - told
    groups = links_around_text(view) if missing else []
    near = {(t.taxonomy, t.slug): t for links in groups for t in _stray(view, links) if t.taxonomy in missing}
    for term in near.values():
        yield term, "links to archives", 0.7
    if "category" in missing.difference(t.taxonomy for t in near.values()):
        # The others of a trail are the ancestors of the last.
        for term in [t for t in _stray(view, links_of_trail(view)) if t.taxonomy == "category"][-1:]:
            yield term, "breadcrumbs", 0.6


def _stray(view: PageView, links: list[HtmlElement]) -> list[Term]:
    """The core terms to whose archives links lead, by their addresses alone, once each."""
    found: dict[tuple[str, str | None], Term] = {}
    for link in links:
        taxonomy, slug = archive_of(view.absolute(link.get("href") or ""))
        term = _term(view, link, None, "") if taxonomy and slug else None
        if term is not None:
            found.setdefault((term.taxonomy, term.slug), term)
    return not_many([*found.values()])


def _beside_text(view: PageView, link: HtmlElement) -> bool:
    # Links inside the text are the editor's; a terms line stands apart from it.
    for above in link.iterancestors():
        if above.tag in ("blockquote", "table", "figcaption", "dd", "h2", "h3") and view.in_main(link):
            return (link.get("rel") or "").find("tag") >= 0
        if above is view.main:
            break
    return True


def _term(view: PageView, link: HtmlElement, taxonomy: str | None, place: str) -> Term | None:
    href = link.get("href")
    name = text_of(link).strip(" ,#|/·•")
    if not href or not name or len(name) > 80:
        return None
    url = view.absolute(href)
    by_address, slug = archive_of(url)
    rel = (link.get("rel") or "").split()
    if by_address is None and taxonomy is None and "tag" not in rel and "category" not in rel:
        return None
    chosen = by_address or ("category" if "category" in rel else taxonomy)
    custom = _custom_taxonomy(link)
    if custom:
        chosen = custom
    if chosen is None:
        # rel=tag on an unknown base: a custom taxonomy, or a renamed one.
        chosen = "post_tag" if "tag" in rel and "category" not in rel and taxonomy is None and not _own_base(url) else None
    if chosen is None and (base := _own_base(url)):
        chosen = base
    return Term(taxonomy=chosen, name=name, slug=slug, url=url) if chosen and slug != "" else None


def _custom_taxonomy(link: HtmlElement) -> str | None:
    for above in [*link.iterancestors()][:3]:
        for name in (above.get("class") or "").split():
            if name.startswith("taxonomy-") and name not in ("taxonomy-category", "taxonomy-post_tag"):
                return name.removeprefix("taxonomy-")
    return None


def _own_base(url: str) -> str | None:
    steps = [s for s in split_url(url).path.split("/") if s]
    return unquote(steps[-2]) if len(steps) >= 2 and re.fullmatch(r"[\w%-]+", steps[-2]) and not steps[-2].isdigit() else None


def _said(view: PageView) -> dict[str, dict[str, str]]:
    """Taxonomy → slug made from the name → name, from the head's metadata."""
    meta, graph = view.doc.meta, view.graph
    sections = [n for v in graph.values("Article.articleSection") if (n := text_value(v))] or meta.get("article:section", [])
    words = [n for v in graph.values("Article.keywords") if (n := text_value(v))] or meta.get("article:tag", [])
    found: dict[str, dict[str, str]] = {}
    for taxonomy, names in (("category", sections), ("post_tag", words)):
        # One string for all is what some plugins print.
        names = [p.strip() for n in names for p in (n.split(",") if len(names) == 1 and "," in n else [n])]
        if named := {name_slug(n): n for n in names if n and len(n) <= 80}:
            found[taxonomy] = named
    return found
