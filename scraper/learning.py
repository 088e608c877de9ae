"""How a site's profile is learned: labels show where the body stands; without them, what differs from page to page does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.parse import furniture
from presslift.scraper.parse.blocks import Block, block_key, blocks_of, linked_share
from presslift.scraper.parse.body import find_body
from presslift.scraper.parse.comments import read_comments
from presslift.scraper.parse.document import Document, read_document, read_fragment, text_of
from presslift.scraper.parse.footnotes import read_footnotes
from presslift.scraper.parse.lines import read_lines
from presslift.scraper.parse.prose import HEADINGS
from presslift.scraper.parse.related import read_boxes
from presslift.scraper.parse.related_phrases import bare
from presslift.scraper.selectors import selectors_of
from presslift.scraper.site import Label, LearnedFrom, RecurringBlock, SiteProfile

MOST_PAGES = 200
MOST_BLOCKS = 300
UNQUOTED = frozenset(("td", "th", "dt", "pre", "code", "figcaption", "li"))
THEME = re.compile(r"/wp-content/themes/([\w.-]+)/")
SEPARATOR = re.compile(r"\s[-–—|·•«»:/~]\s")


class Page(Struct):
    """One page of the sample, comments and related boxes taken out, and what is known of it."""

    url: str
    doc: Document
    label: Label | None
    body: HtmlElement
    sure: bool
    score: float | None = None


def learn(pages: Iterable[tuple[str, bytes]], labels: Mapping[str, Label]) -> SiteProfile:
    """See ``site.learn_profile``."""
    read = list(_read(pages, labels))
    if not read:
        return SiteProfile()
    repeated = _repeated(page.doc for page in read)
    read = [page for page in read if _look(page, repeated)]
    if not read:
        return SiteProfile()
    containers, covered_pages = _voted([(p.doc, p.body) for p in read])
    scores = [p.score for p in read if p.score is not None]
    profile = SiteProfile(
        theme=_theme(read),
        title_suffix=_title_suffix(read),
        site_name=_site_name(read),
        containers=containers,
        titles=_field(read, "title", ("h1", "h2"), lambda e: bare(text_of(e))),
        dates=_field(read, "date", ("time",), lambda e: (e.get("datetime") or "")[:10]),
        authors=_field(read, "author", ("a", "span"), lambda e: bare(text_of(e))),
        learned_from=LearnedFrom(pages=len(read), labelled=len(scores)),
        agreement=round(sum(scores) / len(scores) if scores else covered_pages / len(read), 3),
    )
    profile.furniture = _furniture(read, profile)
    profile.verified = profile.agreement
    return profile


def covered(profile: SiteProfile, pages: Iterable[tuple[str, bytes]]) -> float:
    """See ``site.verify_profile``."""
    total = hits = 0
    for page in _read(pages, {}):
        total += 1
        hits += find_body(page.doc, profile).cue.startswith("site: ")
    return hits / total if total else 0.0


def _read(pages: Iterable[tuple[str, bytes]], labels: Mapping[str, Label]) -> Iterator[Page]:
    for number, (url, html) in enumerate(pages):
        if number >= MOST_PAGES:
            return
        try:
            doc = read_document(html, url)
            read_comments(doc)
            read_boxes(doc)
        except Exception:  # named where the page itself is read; the others teach without it
            continue
        yield Page(url, doc, labels.get(url), doc.root, False)


def _repeated(docs: Iterable[Document]) -> frozenset[str]:
    """Keys of blocks that stand on several pages, anywhere in them."""
    count: Counter[str] = Counter()
    pages = 0
    for doc in docs:
        pages += 1
        count.update({block_key(block.text) for block in blocks_of(doc.root)})
    least = max(2, round(0.1 * pages))
    return frozenset(key for key, n in count.items() if n >= least)


# --- the container ---


def _look(page: Page, repeated: frozenset[str]) -> bool:
    """Find a page's body; whether that could be done."""
    try:
        _find(page, repeated)
    except Exception:  # as in _read
        return False
    return True


def _find(page: Page, repeated: frozenset[str]) -> None:
    choice = find_body(page.doc, title=page.label.title if page.label else None)
    page.body, page.sure = choice.element, choice.confidence > 0.5
    content = page.label.content_html if page.label else None
    wanted = _shingles(text_of(read_fragment(content))) if content else Counter()
    if sum(wanted.values()) >= 20:
        page.score, page.body = max(
            ((_agreement(_shingles(text_of(e)), wanted), e) for e in _around(choice.element)), key=lambda pair: pair[0]
        )
    elif not page.sure:
        page.body = _fresh(choice.element, repeated)


def _around(element: HtmlElement) -> list[HtmlElement]:
    found = [element]
    found += [a for a in element.iterancestors() if a.tag not in ("body", "html")][:6]
    node = element
    for _ in range(4):
        child = max((c for c in node if isinstance(c.tag, str)), key=lambda c: len(text_of(c)), default=None)
        if child is None:
            break
        found.append(child)
        node = child
    return found


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = block_key(text).split()
    return Counter(tuple(words[i : i + 4]) for i in range(len(words) - 3))


def _agreement(got: Counter[tuple[str, ...]], wanted: Counter[tuple[str, ...]]) -> float:
    common = sum((got & wanted).values())
    return 2 * common / (sum(got.values()) + sum(wanted.values())) if common else 0.0


def _fresh(element: HtmlElement, repeated: frozenset[str]) -> HtmlElement:
    """The smallest element in ``element`` that holds nine tenths of the words which only this page has."""
    mass: Counter[HtmlElement] = Counter()
    for block in blocks_of(element):
        if block.words >= 12 and block.tag not in HEADINGS and block_key(block.text) not in repeated and linked_share(block) < 0.5:
            for holder in (block.element, *block.element.iterancestors()):
                mass[holder] += block.words
                if holder is element:
                    break
    node = element
    while True:
        child = max((c for c in node if c in mass), key=lambda c: mass[c], default=None)
        if child is None or mass[child] < 0.9 * mass[node] or child.tag in ("p", "ul", "ol", "table", "blockquote"):
            return node
        node = child


def _voted(chosen: list[tuple[Document, HtmlElement]]) -> tuple[list[str], int]:
    """Selectors that find the chosen element and no other, those of most pages first; and how many pages they cover."""
    open_pages = list(range(len(chosen)))
    told = [selectors_of(element, doc) for doc, element in chosen]
    found: list[str] = []
    while open_pages and len(found) < 5:
        votes: Counter[str] = Counter()
        ranks: dict[str, int] = {}
        for number in open_pages:
            for rank, selector in enumerate(told[number]):
                votes[selector] += 1
                ranks[selector] = min(rank, ranks.get(selector, rank))
        best = min(votes, key=lambda s: (-votes[s], ranks[s], s), default=None)
        if best is None or (votes[best] < max(2, 0.04 * len(chosen)) and found):
            break
        found.append(best)
        open_pages = [number for number in open_pages if best not in told[number]]
    return found, len(chosen) - len(open_pages)


# --- what recurs ---


class Seen(Struct):
    """What is known of one recurring text."""

    sample: str
    pages: int = 0
    edges: int = 0
    tags: set[str] = set()
    linked: bool = True
    follows: set[str] = set()


def _furniture(pages: list[Page], profile: SiteProfile) -> list[RecurringBlock]:
    seen: dict[str, Seen] = {}
    bodies: Counter[str] = Counter()
    for page in pages:
        body = find_body(page.doc, profile).element
        # What other readers take out recurs too (bylines, headings of notes), and is no furniture.
        read_footnotes(body, page.doc.root, page.doc.root.get("lang"))
        read_lines(body, None, page.doc.root.get("lang"))
        furniture.cut(body, None, url=page.url)
        whole = block_key(text_of(body))
        if whole in bodies:
            continue
        bodies[whole] += 1
        _note(blocks_of(body), seen)
    total = len(bodies)
    least = max(3, 0.05 * total)
    sure = {key for key, block in seen.items() if block.pages >= least and _recurs(block, key, total)}
    sure |= {
        key for key, block in seen.items() if block.pages >= least and block.tags & HEADINGS and block.follows and block.follows <= sure
    }
    kept = sorted(sure, key=lambda key: (-seen[key].pages, key))[:MOST_BLOCKS]
    return [RecurringBlock(key=key, sample=seen[key].sample[:160], pages=seen[key].pages) for key in kept]


def _note(blocks: list[Block], seen: dict[str, Seen]) -> None:
    here: set[str] = set()
    keys = [block_key(block.text) for block in blocks]
    for number, (key, block) in enumerate(zip(keys, blocks, strict=True)):
        if not key or key in here:
            continue
        here.add(key)
        known = seen.setdefault(key, Seen(sample=block.text))
        known.pages += 1
        known.edges += block.before <= 60 or block.after <= 120
        known.tags.add(block.tag)
        known.linked = known.linked and linked_share(block) >= 0.9
        known.follows.add(keys[number + 1] if number + 1 < len(keys) else "")


def _recurs(block: Seen, key: str, total: int) -> bool:
    if block.tags & (HEADINGS | UNQUOTED):
        return False
    share = block.pages / total
    if len(key.split()) < 4:
        return block.linked and share >= 0.5
    return share >= 0.3 or block.edges >= 0.8 * block.pages


# --- the rest ---


def _field(pages: list[Page], name: str, tags: tuple[str, ...], value: Callable[[HtmlElement], str]) -> list[str]:
    """Selectors whose first match has the label's value, on most labelled pages and never on fewer than three."""
    votes: Counter[str] = Counter()
    asked = 0
    for page in pages:
        label = getattr(page.label, name) if page.label else None
        wanted = (label or "")[:10] if name == "date" else bare(label or "")
        if not wanted:
            continue
        asked += 1
        for tag in tags:
            right = next((e for e in page.doc.root.iter(tag) if value(e) == wanted), None)
            if right is not None:
                votes.update(selectors_of(right, page.doc, first=True))
    return [s for s, n in sorted(votes.items(), key=lambda pair: (-pair[1], pair[0])) if n >= max(3, 0.6 * asked)][:2]


def _theme(pages: list[Page]) -> str | None:
    votes: Counter[str] = Counter()
    for page in pages:
        links = (e.get("href") or e.get("src") or "" for e in page.doc.root.iter("link", "script", "img"))
        votes.update({match[1] for link in links if (match := THEME.search(link))})
    return min(votes, key=lambda name: (-votes[name], name), default=None)


def _site_name(pages: list[Page]) -> str | None:
    votes = Counter(name for page in pages for name in page.doc.meta.get("og:site_name", [])[:1])
    best = min(votes, key=lambda name: (-votes[name], name), default=None)
    return best if best is not None and votes[best] >= 0.6 * len(pages) else None


def _title_suffix(pages: list[Page]) -> str | None:
    votes: Counter[str] = Counter()
    for page in pages:
        element = next(page.doc.root.iter("title"), None)
        title = " ".join((element.text or "").split()) if element is not None else ""
        votes.update({title[match.start() :] for match in SEPARATOR.finditer(title)})
    least = max(2, 0.6 * len(pages))
    return max((suffix for suffix, n in votes.items() if n >= least), key=len, default=None)
