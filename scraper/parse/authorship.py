"""Who a page names as its authors, and the WordPress account that posted."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.config import SiteSettings
from presslift.records import Account, Person
from presslift.scraper.knowledge import table
from presslift.scraper.parse.bylines import MARKS, PIECES
from presslift.scraper.parse.cues import Cue, Decision, Vote, decide, gather, named, short_text
from presslift.scraper.parse.dates import is_day, parse_date, weekdays
from presslift.scraper.parse.graph import types_of
from presslift.scraper.parse.people import (
    clean_name,
    fold_name,
    has_job_words,
    is_collective,
    is_full_name,
    is_placeholder,
    is_role,
    lead_pattern,
    looks_like_name,
    name_slug,
    names_role,
    role_inside,
    split_names,
)
from presslift.scraper.parse.publication import PARTS, lines_near, text_before
from presslift.scraper.parse.titles import SiteNames, cut_site
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

AUTHOR_PATH = re.compile(r"/author/([^/?#]+)/?")
LONGEST_PART = 80
LOOSE = frozenset({"author link", "author-like class", "author box", "avatar"})
"""Cues that may hold authors of other posts too."""
MOST_LINKS = 12
Names = tuple[Person, ...]
ByCue = dict[str, tuple[Cue, list[Person]]]


class Authorship(Struct, kw_only=True):
    """The people named, as a vote's outcome, and the account."""

    people: Decision[Names] | None = None
    account: Account | None = None


def read_authorship(view: PageView, names: SiteNames, settings: SiteSettings | None = None, poster: str | None = None) -> Authorship:
    """Read the authors a page names outside its text, and the account. Placeholders are accounts, not people.

    ``poster`` is the name under which the post's author comments on the page.
    """
    by_cue = people_by_cue(view, names, poster)
    decision = decide(said_people(view, names, by_cue, settings), people_key)
    if decision is not None:
        decision.value = tuple(_completed(p, by_cue) for p in decision.value)
    return Authorship(people=decision, account=_account(view, by_cue))


def said_people(view: PageView, names: SiteNames, by_cue: ByCue, settings: SiteSettings | None = None) -> list[tuple[Names, Cue]]:
    """Whom each cue names, without those who are nobody and without logins where a name is told."""
    host = split_url(view.url).hostname
    own = _site_is_person(view)
    shut = (
        *(view.profile.placeholder_accounts if view.profile is not None else ()),
        *(settings.placeholder_accounts if settings is not None else ()),
    )

    def real(person: Person) -> bool:
        if fold_name(person.name) in own:
            return True
        site = fold_name(person.name) in names.said and not is_full_name(person.name)
        return not site and not is_placeholder(person.name, shut, names.name, host)

    spelled = _spelled_logins(by_cue)
    said: list[tuple[Names, Cue]] = []
    for cue, people in by_cue.values():
        known = [spelled.get(p.name, p) for p in people if real(p)]
        if known:
            said.append((tuple(known), cue))
    return _with_supersets(said)


def _spelled_logins(by_cue: ByCue) -> dict[str, Person]:
    """Login → the person, where one cue names somebody by login and another links that login's archive under a name."""
    everyone = [p for _, people in by_cue.values() for p in people]
    spelled = {p.slug: p for p in everyone if p.slug and fold_name(p.slug) != fold_name(p.name) and looks_like_name(p.name)}
    return {p.name: spelled[p.name] for p in everyone if p.name in spelled and p.name == p.name.lower()}


def people_by_cue(view: PageView, names: SiteNames, poster: str | None = None) -> ByCue:
    """Whom each cue of the table names, nobody left out: cue → the cue and its people, in the order found."""
    found: ByCue = {}
    first: dict[str, HtmlElement] = {}
    places: dict[str, set[HtmlElement | None]] = {}
    for vote in gather(view, "people"):
        _, people = found.setdefault(vote.cue.name, (vote.cue, []))
        said = _people(view, vote) if vote.element is None or vote.cue.near or not _contributes(vote.element) else []
        for person in said:
            person.name = cut_site(person.name, names)
        if vote.element is not None and vote.cue.limit > 1 and said:
            if people and all(fold_name(p.name) in names.said for p in people):
                # The site's own card stands before the article's.
                people.clear()
                del first[vote.cue.name]
            # Several names of one byline stand together; further ones are of other posts.
            if not _together(first.setdefault(vote.cue.name, vote.element), vote.element):
                continue
            places.setdefault(vote.cue.name, set()).add(vote.element.getparent())
        for person in said:
            _add(people, person)
    links = found.get("author link")
    if links and len(links[1]) > 1 and len(places.get("author link", ())) == 1:
        found["author link"] = (named("people", "author links side by side"), links[1])
    if poster and (name := clean_name(poster)):
        cue = named("people", "author's own comment")
        found[cue.name] = (cue, [Person(name=name)])
    return found


def _contributes(element: HtmlElement) -> bool:
    """Whether the words right before an element introduce a translator, photographer or reviewer."""
    node: HtmlElement | None = element
    for _ in range(4):
        if node is None or node.tag in ("article", "main", "body", "header", "li", "section"):
            return False
        if before := text_before(node):
            return names_role(before)
        node = node.getparent()
    return False


def _together(one: HtmlElement, other: HtmlElement) -> bool:
    near = {*[one, *one.iterancestors()][:4]} - {e for e in one.iterancestors() if e.tag in ("article", "main", "body")}
    return any(e in near for e in [other, *other.iterancestors()][:4])


def _add(people: list[Person], person: Person) -> None:
    for known in people:
        if fold_name(known.name) == fold_name(person.name):
            known.url, known.slug = known.url or person.url, known.slug or person.slug
            return
        if known.url and known.url == person.url:
            # One archive, two link texts: "Read more", a portrait's title, and the name.
            if _likeness(person) > _likeness(known):
                known.name = person.name
            return
    people.append(person)


def _likeness(person: Person) -> tuple[bool, bool]:
    slug, name = fold_name(person.slug), fold_name(person.name)
    return (bool(slug) and (slug in name or name in slug), looks_like_name(person.name))


def _site_is_person(view: PageView) -> set[str]:
    """The folded names of persons that the graph says publish the site: a site may bear its author's name."""
    nodes = [*view.graph.values("WebSite.publisher"), *view.graph.values("Article.publisher")]
    named = [n for n in nodes if isinstance(n, dict) and "Person" in types_of(n)]
    return {fold_name(n["name"]) for n in named if isinstance(n.get("name"), str)}


def people_key(people: Names) -> str:
    """What two spellings of the same people share."""
    return "|".join(sorted(fold_name(p.name) for p in people))


def _with_supersets(said: list[tuple[Names, Cue]]) -> list[tuple[Names, Cue]]:
    """Graphs and plugins often name one of several authors: where a byline names them all, they speak for it."""
    sets = [({fold_name(p.name) for p in people}, people, cue) for people, cue in said]
    result = []
    for own, people, cue in sets:
        wider = next(
            (p for s, p, c in sets if own < s and c.family in ("theme", "coauthors") and len(s) <= 8 and c.name not in LOOSE), None
        )
        result.append((wider or people, cue))
    return result


def _completed(person: Person, by_cue: ByCue) -> Person:
    twins = [p for _, people in by_cue.values() for p in people if fold_name(p.name) == fold_name(person.name)]
    url = person.url or next((p.url for p in twins if p.url), None)
    slug = next((p.slug for p in twins if p.slug and p.url), None) or name_slug(person.name)
    return Person(name=person.name, slug=slug, url=url)


def _people(view: PageView, vote: Vote) -> list[Person]:
    if vote.cue.role == "label":
        return [Person(name=n) for n in _labelled(view)]
    if vote.cue.role == "near":
        return _near_title(view, vote.element)
    if vote.cue.role == "line":
        return [Person(name=n) for n in _from_line(vote.text)]
    if isinstance(vote.node, dict):
        return _from_node(vote.node)
    if vote.cue.role == "name":
        return _by_shape(view, vote)
    url = _author_address(view, vote.element)
    if vote.element is None and re.match(r"https?://|www\.", vote.text):
        return []
    return _named(_names(vote.text, one=url is not None), url)


def _by_shape(view: PageView, vote: Vote) -> list[Person]:
    """Persons whom an author's element names: all of its text, else its links; the other way round in a box of several things."""
    names = [n for n in _names(vote.text) if looks_like_name(n) and (" " in n or len(vote.text) < 25) and not has_job_words(n)]
    whole, boxed = [Person(name=n) for n in names], vote.cue.name == "author box"
    linked = _linked(view, vote.element) if vote.element is not None and (boxed or not whole) else []
    return linked or whole


def _linked(view: PageView, element: HtmlElement) -> list[Person]:
    """Persons whose full names are, or begin, the links in an author's element, where jobs and pictures stand beside them."""
    found: list[Person] = []
    for link in [*element.iter("a")][:MOST_LINKS]:
        name = clean_name(next((t for t in map(str.strip, link.itertext()) if t), None))
        if not name or " " not in name or not looks_like_name(name) or has_job_words(name) or is_role(name):
            continue
        if is_full_name(name) or name_slug(name) in (link.get("href") or ""):
            found.extend(_named([name], _author_address(view, link)))
    return found


def _names(text: str, one: bool = False) -> list[str]:
    name = clean_name(text)
    if name is None or is_role(" ".join(text.split())):
        return []
    name = _without_job(name)
    found = [n for part in split_names(name) if not is_role(part) and (n := clean_name(part))]
    named = all(looks_like_name(n) for n in found)
    if one and not (named and "&" in name):
        return [name]
    return found if named or len(found) == 1 else []


def _without_job(name: str) -> str:
    """A name without the job that a theme prints right behind it ("Ana Ruiz Founder & Editor")."""
    words = name.split()
    at = next((n for n, word in enumerate(words) if n > 1 and has_job_words(word) and len(word) > 3 and not is_collective(word)), None)
    head = " ".join(words[:at]).rstrip(",")
    return head if at is not None and looks_like_name(head) else name


def _from_node(node: dict[str, Any]) -> list[Person]:
    types = types_of(node)
    if "Person" not in types and "Organization" in types:
        return []
    url = node.get("url") if isinstance(node.get("url"), str) else None
    identity = node.get("@id")
    if url is None or not author_slug(url):
        url = identity if isinstance(identity, str) and author_slug(identity) else url
    name = node.get("name")
    name = html.unescape(text) if isinstance(text := name[0] if isinstance(name, list) and name else name, str) else None
    return _named(_names(name, one=True) if name else [], url if author_slug(url) else None)


def _named(names: list[str], url: str | None) -> list[Person]:
    """Persons of these names; an archive's address is one person's."""
    address = url if len(names) == 1 else None
    return [Person(name=n, url=address, slug=author_slug(address)) for n in names]


def author_slug(url: str | None) -> str | None:
    """The account's slug in the address of an author's archive."""
    if not url:
        return None
    match = AUTHOR_PATH.search(split_url(url).path)
    return unquote(match[1]) if match else None


def _author_address(view: PageView, element: HtmlElement | None) -> str | None:
    if element is None:
        return None
    for link in [element, *element.iterancestors("a"), *element.iter("a")]:
        if link.tag == "a" and link.get("href"):
            address = view.absolute(link.get("href") or "")
            if author_slug(address) or parse_qs(split_url(address).query).get("author"):
                return address
    return None


@cache
def _written_by() -> re.Pattern[str]:
    words = {w for row in table("people")["lead"].values() for w in row["plain"] + row["colon"]}
    return re.compile("|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)), re.I)


def _labelled(view: PageView) -> list[str]:
    """``twitter:data1`` under a label that says "Written by"; numbers shift when a label is missing."""
    meta = view.doc.meta
    for number in ("1", "2"):
        labels, values = meta.get(f"twitter:label{number}", []), meta.get(f"twitter:data{number}", [])
        if labels and values and _written_by().match(labels[0].strip()) and not re.search(r"\d", values[0]):
            return _names(values[0])
    return []


def _from_line(text: str) -> list[str]:
    """The names behind "By" at the start of a short line, up to what separates them from date or job."""
    for piece in re.split(r"\s[|•·–—/-]\s|\s{2,}|\n", MARKS.sub("", text[:160])):
        match = lead_pattern().match(piece)
        if not match:
            continue
        rest = role_inside().split(piece[match.end() :], maxsplit=1)[0]
        rest = re.split(
            r"\s+(?:on|in|at|am|em|el|le|il|op|den|vom)\s+|\s*[|•·–—]\s*|\s+(?=\d)|\s+(?:updated|published|last|posted|reviewed|edited|leave a|no comments)\b",
            rest,
            maxsplit=1,
            flags=re.I,
        )[0]
        words = rest.split()
        while words and (parse_date(f"1 {words[-1]} 2020") or re.search(r"\d", words[-1]) or words[-1].strip(",.").lower() in weekdays()):
            words.pop()
        names = [n for part in split_names(" ".join(words)) if (n := clean_name(part)) and looks_like_name(n)]
        if names:
            return names
    return []


def _near_title(view: PageView, heading: HtmlElement | None) -> list[Person]:
    if heading is None:
        return []
    for line, element in lines_near(view, heading):
        # "2 May 2024 By Ana Ruiz Politics" is one line of which each part has an element.
        for said, part in [(line, element), *_parts(element)]:
            names = _from_line(said)
            if names:
                return _named(names, _author_address(view, part))
        if names := _beside_date(line):
            return _named(names, _author_address(view, element))
    return []


def _parts(element: HtmlElement) -> list[tuple[str, HtmlElement]]:
    """The elements in a line that open with "By", with their texts."""
    within = [e for e in element.iter(*PARTS) if e is not element]
    return [(text, e) for e in within if (text := short_text(e, LONGEST_PART)) and lead_pattern().match(text)]


def _beside_date(line: str) -> list[str]:
    """The full name in a line of nothing but name and date ("Ana Ruiz | 12 May 2024")."""
    pieces = [piece for piece in PIECES.split(line) if piece.strip()]
    names = [n for piece in pieces if (n := clean_name(piece)) and is_full_name(n)]
    return names if len(pieces) == 2 and len(names) == 1 and any(is_day(p) for p in pieces) else []


def _account(view: PageView, by_cue: ByCue) -> Account | None:
    """The account: who has an author's archive, else whom SEO plugins name, else whom the theme's byline names."""
    everyone = [(cue, p) for cue, people in by_cue.values() for p in people]
    linked = [p for cue, p in everyone if p.url and cue.family != "coauthors"]
    told = (
        linked
        or [p for cue, p in everyone if cue.family in ("seo", "graph")]
        or [p for cue, p in everyone if cue.family in ("theme", "microdata", "script", "core")]
    )
    if not told:
        return None
    first = told[0]
    twin = next((p for _, p in everyone if fold_name(p.name) == fold_name(first.name) and p.url), first)
    numbers = parse_qs(split_url(twin.url or "").query).get("author", [""])
    return Account(
        wp_id=int(numbers[0]) if re.fullmatch(r"\d{1,18}", numbers[0]) else None, name=first.name, slug=author_slug(twin.url), url=twin.url
    )
