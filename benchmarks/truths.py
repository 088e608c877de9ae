"""Pages with truth, as ballots: what every cue said of a field, and which of the values said are right.

``learn_cues.py`` and ``calibration.py`` share it; it reads the page benchmark and the recordings (see README.md) and changes
nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import lzma
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from presslift import Article, extract
from presslift.errors import PressliftError
from presslift.scraper.parse import comments, related
from presslift.scraper.parse.authorship import people_by_cue, people_key, said_people
from presslift.scraper.parse.cues import decide
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.languages import read_language
from presslift.scraper.parse.people import fold_name
from presslift.scraper.parse.publication import aligned_dates, read_dates, said_dates
from presslift.scraper.parse.titles import letters, read_site_names, read_title, said_titles
from presslift.scraper.parse.view import PageView

FIELDS = {"title": "title", "published": "date", "people": "authors"}
"""A field of the table of cues → what the benchmark calls it."""
PAGES_OF_A_SITE = 4.0
"""A recorded site's pages are made by one theme: all of them together count as so many pages."""


class Ballot(NamedTuple):
    """One field of one page: key of a value → cue → family; the keys that are right; how much the page counts."""

    page: str
    field: str
    said: dict[str, dict[str, str]]
    right: frozenset[str]
    weight: float


class Page(NamedTuple):
    """A page as served with what is true of it; ``authors`` are the answers that are right, ``weight`` is how much it counts."""

    name: str
    url: str
    html: bytes | str
    title: str | None
    day: str | None
    authors: list[Any]
    weight: float
    body: str | None = None


def disputed(file: Path) -> frozenset[tuple[str, str]]:
    """The (page, field) pairs of a table of disputed truths."""
    rows = (line.strip("|\n ").split(" | ") for line in file.read_text().splitlines() if line.startswith("| "))
    return frozenset((row[0].strip(), row[1].strip()) for row in rows if row[0].strip() != "page")


def scorer(pages: Path) -> ModuleType:
    """The benchmark's own script, whose folding decides what is equal."""
    spec = importlib.util.spec_from_file_location("bench", pages / "bench.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bench_pages(folder: Path) -> Iterator[Page]:
    """The pages of the benchmark that are articles, in order."""
    with gzip.open(folder / "truth-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for t in map(json.loads, lines):
            if t["kind"] != "other" and any(t[key] for key in ("title", "date", "author", "body_text")):
                html = gzip.decompress((folder / "pages" / f"{t['file']}.gz").read_bytes())
                body = t.get("body_text") if t["kind"] == "article" else None
                day, authors = (t["date"] or "")[:10] or None, [t["author"]] if t["author"] else []
                yield Page(t["id"], t["url"], html, t["title"], day, authors, 1.0, body)


def recorded_pages(folder: Path) -> Iterator[Page]:
    """The public articles of the recorded sites, one in four; who posted is right too, as far as a page's head can know."""
    for file in sorted(folder.glob("*.truth.jsonl.xz")):
        name = file.name.removesuffix(".truth.jsonl.xz")
        with lzma.open(file, "rt") as lines:
            truths = [t for t in map(json.loads, lines) if t["public"] and t["type"] != "page"]
        with lzma.open(folder / f"{name}.jsonl.xz", "rt") as lines:
            served = {
                _address(r["url"]): r["body"] for r in map(json.loads, lines) if r.get("status") == 200 and isinstance(r.get("body"), str)
            }
        found = [t for t in truths if _address(t["url"]) in served][::4]
        for t in found:
            html = served[_address(t["url"])]
            right = [t["authors"], [t["account"]]]
            whole = t["split_pages"] == 1
            body = "\n".join([*(block["t"] for block in t["body"]), *t["footnotes"]]) if whole else None
            yield Page(f"{name}/{t['id']}", t["url"], html, t["title"], t["published"][:10], right, PAGES_OF_A_SITE / len(found), body)


def read_text(page: Page) -> tuple[str, Article]:
    """A page's body as text, notes at its end as the truths have them, and the record; raises ``PressliftError`` when it is no page."""
    article = extract(page.html, url=page.url or None)
    return "\n".join([article.body_text or "", *(n.text or "" for n in article.footnotes)]), article


def _address(url: str) -> str:
    parts = urlsplit(url)
    path = unicodedata.normalize("NFC", unquote(parts.path)).rstrip("/").lower()
    return f"{path}?{parts.query}" if parts.query else path


def ballots(page: Page, names: Any) -> list[Ballot]:
    """What the cues say on one page; ``names`` makes a set of names of a truth or an answer. Nothing when it is no page."""
    try:
        doc = read_document(page.html, page.url or None)
    except PressliftError:
        return []
    discussion = comments.read_comments(doc)
    poster = next((c.author.name for c in discussion.comments if c.is_post_author and c.author.name), None)
    related.read_boxes(doc, None)
    view = PageView(doc)
    site = read_site_names(view)
    titles = [(letters(text), cue) for text, cue in said_titles(view, site)[2]]
    read_title(view, site)
    language = read_language(view)
    tag = language.value if language else None
    dates = aligned_dates(said_dates(view, tag)[0])
    published, day = read_dates(view, tag).published, decide(dates, lambda m: m.day.isoformat())
    # The day given may be the one that visitors see beside the instant's.
    days = {day.value.day.isoformat()} if published and day and published.value.day.isoformat() == page.day else {page.day or ""}
    people = said_people(view, site, people_by_cue(view, site, poster))
    wanted = [names(a) for a in page.authors]
    right = {
        "title": frozenset({letters(page.title or "")}),
        "published": frozenset(days),
        "people": frozenset(people_key(group) for group, _ in people if names([p.name for p in group]) in wanted),
    }
    told = {"title": page.title, "published": page.day, "people": page.authors}
    spoken = [(m.day.isoformat(), cue) for m, cue in dates]
    said = {"title": titles, "published": spoken, "people": [(people_key(group), cue) for group, cue in people]}
    result = []
    for field, values in said.items():
        if told[field] and values:
            keys: dict[str, dict[str, str]] = {}
            for key, cue in values:
                keys.setdefault(key, {})[cue.name] = cue.family
            result.append(Ballot(page.name, field, keys, right[field], page.weight))
    return result


def all_ballots(pages: Path, recordings: Path, doubts: frozenset[tuple[str, str]]) -> list[Ballot]:
    """The ballots of all pages whose truth nobody disputes."""
    bench = scorer(pages)
    found = [b for p in bench_pages(pages) for b in ballots(p, bench.names) if (b.page, FIELDS[b.field]) not in doubts]
    found += [b for p in recorded_pages(recordings) for b in ballots(p, folded_names)]
    return found


def folded_names(names: list[str]) -> set[str]:
    """Names for comparing, where the truth is a list."""
    return {fold_name(n) for n in names}


def is_recorded(page: str) -> bool:
    """Whether a page's name is one of a recorded site's."""
    return re.match(r"[a-z]+-[a-z]{2}/\d", page) is not None


def fold_of(page: str, folds: int) -> int:
    """Which part of a cross-validation a page, or a recorded site, belongs to: by a hash, the same every time."""
    name = page.split("/")[0] if is_recorded(page) else page
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds
