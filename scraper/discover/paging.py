"""Whether an archive goes on, and where, though its page shows no pager that is known: a button of a theme's own, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.discover.classify import classify
from presslift.scraper.fetch.addresses import canonical
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document, select
from presslift.scraper.parse.identity import in_menu

ENOUGH = 5
"""So many members may be a full page, whatever other archives show."""
REFUSALS = 2
"""So many archives that had no further page speak for all that list no more than they."""
DENSE = 4
"""From this page on a list that is asked for without a link must bring as much again and again."""


class Guess(Struct, kw_only=True, frozen=True):
    """A further page that nothing links to: ``url``, after page ``page`` of the archive ``base``, which lists ``size``."""

    url: str
    base: str
    group: str
    page: int
    size: int


class Paging:
    """What one walk learned of the pages of a site's archives: what each listed, which show a pager, how much a full page holds.

    Archives are told apart in groups (the blog, other archives, pages that list posts), whose templates differ.
    """

    def __init__(self, home: str):
        self._home = home
        self._listed: dict[str, set[int]] = {}
        self._with_pager: set[str] = set()
        self._full: dict[str, int] = {}
        self._refused: dict[str, list[int]] = {}
        self._largest: Counter[str] = Counter()
        self._waiting: list[Guess] = []
        self._naming = frozenset(table("discovery")["crawl"]["naming"])
        self._endless = ", ".join(table("discovery")["crawl"]["endless"])

    def brings_news(self, base: str, page: int, shown: Iterable[str]) -> bool:
        """Whether a page of an archive shows what its earlier pages didn't; a first page always does. It is remembered."""
        known = self._listed.setdefault(base.rstrip("/"), set())
        before = len(known)
        known.update(hash(self._bare(url)) for url in shown)
        return page == 1 or len(known) > before

    def _bare(self, url: str) -> str:
        path, _, query = url.partition("?")
        return url if query.split("=", 1)[0] in self._naming else path

    def count(self, base: str) -> int:
        """How many different addresses an archive's pages have shown."""
        return len(self._listed.get(base.rstrip("/"), ()))

    def note_pager(self, group: str) -> None:
        """Remember that archives of a group show a pager that is known: where one has none it has no further page."""
        self._with_pager.add(group)

    def by_script(self, doc: Document, members: list[str], base: str, page: int) -> str | None:
        """The next page's address where a known script loads it: WordPress answers to it all the same."""
        signs = select(doc.root, self._endless) if members else []
        for element in signs:
            for name, value in element.items():
                if name.startswith("data-") and value.startswith((self._home, "/")) and goes_on(canonical(value, base), base, page):
                    return canonical(value, base)
        return next_address(base, page, members, self._home) if signs else None

    def propose(self, base: str, group: str, page: int, shown: list[str]) -> bool:
        """Take down that an archive may go on; whether it was. It is asked for when no better address is left."""
        size = len(shown)
        self._largest[group] = max(self._largest[group], size)
        if not size or group in self._with_pager or (page >= DENSE and self.count(base) < page * size / 2):
            return False
        url = next_address(base, page, shown, self._home)
        self._waiting.append(Guess(url=url, base=base, group=group, page=page, size=size))
        return True

    @property
    def waiting(self) -> int:
        """How many guesses are left."""
        return len(self._waiting)

    def take(self, most: int) -> tuple[list[Guess], list[Guess]]:
        """Guesses to be asked for now, and those that what is known by now speaks against; the largest archives' first, a few at a
        time until it is known what comes of them."""
        likely: list[Guess] = []
        unlikely: list[Guess] = []
        unsure = 0
        self._waiting.sort(key=lambda guess: guess.size)
        while self._waiting and len(likely) < most and unsure < REFUSALS:
            guess = self._waiting.pop()
            if not self._is_likely(guess):
                unlikely.append(guess)
                continue
            unsure += guess.page == 1 and guess.size < self._full.get(guess.group, guess.size + 1)
            likely.append(guess)
        return likely, unlikely

    def _is_likely(self, guess: Guess) -> bool:
        if guess.group in self._with_pager:
            return False
        full = self._full.get(guess.group)
        if full is not None and guess.size >= (full if guess.page == 1 else full / 2):
            return True
        if guess.size < min(ENOUGH, self._largest[guess.group]):
            return False
        refused = self._refused.get(guess.group, [])
        return len(refused if full is not None else [size for size in refused if size >= guess.size]) < REFUSALS

    def answered(self, guess: Guess, before: int) -> bool:
        """Whether a guess was right, now that its page was looked at; ``before`` is what the archive had shown till then."""
        right = self.count(guess.base) > before
        if guess.page > 1:
            return right
        if right:
            self._full[guess.group] = min(guess.size, self._full.get(guess.group, guess.size))
        else:
            self._refused.setdefault(guess.group, []).append(guess.size)
        return right


def next_address(base: str, page: int, members: Iterable[str], home: str) -> str:
    """The address that WordPress gives an archive's next page, after the kind of permalinks that ``members`` show."""
    number, queries, paths = page + 1, [], []
    for member in members:
        parts = urlsplit(member)
        queries.append(parts.query)
        paths.append(parts.path)
    if "?" in base:
        return f"{base}&paged={number}"
    if any(query.startswith(("p=", "page_id=")) for query in queries):
        return f"{base}?paged={number}"
    folder = urlsplit(home).path.rstrip("/")
    if base.rstrip("/") == home.rstrip("/") and paths and all(path.startswith(f"{folder}/index.php/") for path in paths):
        base = f"{home.rstrip('/')}/index.php"
    bare = paths and not any(path.endswith("/") for path in paths)
    return f"{base.rstrip('/')}/page/{number}" + ("" if bare else "/")


def goes_on(url: str, base: str, page: int) -> bool:
    """Whether an address has the form of an archive's next page."""
    return url.rstrip("/") in (f"{base.rstrip('/')}/{page + 1}", f"{base.rstrip('/')}/page/{page + 1}")


def linked_next(doc: Document, url: str, base: str, page: int, members: Iterable[str], home: str) -> str | None:
    """The next page's address where some link of a page leads there, or to one after it, whatever the link looks like."""
    following = None
    for link in doc.root.iter("a", "link"):
        href = link.get("href") or ""
        if "page" not in href:
            continue
        address = canonical(href, url)
        kind = classify(address, home)
        if kind.page > page and kind.base.rstrip("/") == base.rstrip("/"):
            if kind.page == page + 1:
                return address
            following = following or next_address(base, page, members, home)
    return following


def article_links(root: HtmlElement, url: str, home: str) -> list[str]:
    """Where a page leads to that may be articles, menus and side bars aside: what stands for members where no card is known."""
    found = dict[str, None]()
    host = urlsplit(url).netloc
    for link in root.iter("a"):
        href = (link.get("href") or "").strip()
        if href and not href.startswith("#") and not in_menu(link):
            address = canonical(href, url)
            if urlsplit(address).netloc == host and classify(address, home).kind == "article":
                found.setdefault(address)
    return list(found)
