"""REST: every public collection, each article whole."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import Refused, ask, number, route, text
from presslift.scraper.discover.authorized import LOCKED, PUBLIC, Account, context_of, require_known
from presslift.scraper.discover.classify import is_internal_taxonomy
from presslift.scraper.discover.events import Event, Evidence, Found, Get, Left, Listing, capture_of, is_authenticated
from presslift.scraper.discover.rest_listing import Collection, Row
from presslift.scraper.fetch.addresses import canonical, same_site, site_hosts
from presslift.scraper.parse.items import is_open, standing_of

CORE_TAXONOMIES = {"category": "categories", "post_tag": "tags"}
Other: TypeAlias = Literal["term", "user", "media", "comment"]
OTHERS: dict[str, str] = {"user": "users", "media": "media", "comment": "comments"}
NOT_KEPT = ("_links", "_embedded", "password")


def discover_rest(facts: SiteFacts, get: Get, settings: Settings, *, without: Container[str] = ()) -> Iterator[Event]:
    """Read every collection that ``facts`` names, then taxonomies' terms, users, media and comments; but those of ``without``.

    Yields ``Found`` with the whole item for each public article, ``Left`` for protected ones and those without a page of their
    own, ``Evidence`` for the rest (``listed`` for every row of an article's collection), and a ``Listing`` for each collection,
    incomplete where it was refused or has a hole. What ``scope.statuses`` names besides comes as ``Found`` as well. Raises
    ``SiteError`` where none of that is shown to the account, or REST knows no such account.
    """
    require_known(facts, get)
    reader = RestReader(facts, get, settings)
    if facts.rest_root is None:
        if reader.account.statuses:
            yield Listing(
                source="rest", name=", ".join(reader.account.statuses), complete=False, detail=f"REST is shut: {facts.rest_detail}"
            )
        return
    for type_, address in facts.rest_types.items():
        yield from reader.articles(type_, address)
    reader.account.require(len(facts.rest_types))
    yield from reader.taxonomies()
    others: tuple[Other, ...] = ("user", "media", "comment")
    for kind in others:
        if kind not in without and (kind != "comment" or settings.scope.comments):
            yield from reader.others(kind, collection_of(facts, kind))
    yield from reader.writers()


def collection_of(facts: SiteFacts, name: str) -> str:
    """The address of the collection of a type, or of user, media, comment."""
    assert facts.rest_root is not None
    return facts.rest_types.get(name) or route(facts.rest_root, f"wp/v2/{OTHERS[name]}")


class RestReader:
    """REST's rows as events, for one site."""

    def __init__(self, facts: SiteFacts, get: Get, settings: Settings):
        self._facts, self._get = facts, get
        self._hosts = site_hosts(facts.url, settings.site.aliases)
        self.account = Account(get, facts.url, settings)
        self._context = context_of(settings)
        self._locked: dict[str, set[int]] = {}
        self._writers: set[int] = set()
        self._pretty = (facts.permalink_structure or "/").startswith("/") and not (facts.permalink_structure or "").startswith("/?")

    def articles(self, type_: str, address: str) -> Iterator[Event]:
        """One type's collection, and again in the site's other languages where the plugin gives one at a time."""
        ids: set[int] = set()
        for language in [None, *self._facts.languages[1:]]:
            code = language.split("-")[0].lower() if language else None
            asked = {"context": self._context}
            if code and not self._differs(Collection(self._get, address, type_, language=code, asked=asked), ids):
                continue
            collection = Collection(self._get, address, type_, language=code, asked=asked)
            for row in collection.rows():
                wp_id = number(row.item.get("id"))
                if wp_id is None or wp_id not in ids:
                    ids.update({wp_id} - {None})  # type: ignore[arg-type]
                    yield from self.article(type_, row)
            yield _listing(collection, type_ if language is None else f"{type_} ({language})")
        yield from self.opened(type_)
        if self.account.statuses:
            yield from self._unpublished(type_, address)

    def _unpublished(self, type_: str, address: str) -> Iterator[Event]:
        collection, public = self.account.unpublished(address, type_), 0
        for row in collection.rows():
            public += standing_of(row.item) in (PUBLIC, LOCKED)
            yield from self.article(type_, row, shown=True)
        if collection.refused is not None:
            self.account.refusals[type_] = collection.refused
        listing = _listing(collection, f"{type_}: {', '.join(self.account.statuses)}")
        if public and public == collection.seen:
            listing.complete, listing.detail = False, "REST pays no heed to status, and shows what is published"
        yield listing

    def opened(self, type_: str) -> Iterator[Event]:
        """The protected entries of a type that were met, as the account may read them."""
        ids = sorted(self._locked.pop(type_, ()))
        for row in self.account.by_id(collection_of(self._facts, type_), ids, type_) if ids else ():
            if isinstance(row, Listing):
                yield row
            else:
                yield from self.article(type_, row, shown=True)

    def _differs(self, collection: Collection, known: set[int]) -> bool:
        """Whether a language's listing holds anything that the first one didn't, judged by its first page."""
        probe = next(iter(collection.rows()), None)
        wp_id = number(probe.item.get("id")) if probe else None
        return wp_id is not None and wp_id not in known

    def article(self, type_: str, row: Row, *, shown: bool = False) -> Iterator[Event]:
        """What one row of a type's collection comes to; ``shown`` to an account because it asked for it."""
        item, standing = row.item, standing_of(row.item)
        # Where the account was not heeded, what comes is what strangers see.
        shown = shown and standing != PUBLIC and (standing != LOCKED or is_open(item))
        wp_id, kind = number(item.get("id")), text(item.get("type")) or type_
        if wp_id is not None and shown:
            yield Evidence(kind="unpublished", data={"type": type_, "status": standing, **listed(item)})
            self._writers |= {n for n in [number(item.get("author"))] if n}
        elif wp_id is not None:
            yield Evidence(kind="listed", data={"type": type_, **listed(item)})
        url = self._address(item, kind, wp_id)
        if url is None:
            yield Left(
                url=text(item.get("link")) or f"{self._facts.url}?p={wp_id}",
                type=kind,
                reason="on another site",
                rule="other_host",
                source="rest",
            )
            return
        if standing == LOCKED and not shown and self.account.opens and wp_id is not None:
            self._locked.setdefault(type_, set()).add(wp_id)
            return
        if standing != PUBLIC and not (shown and standing in self.account.shown):
            reason, rule = ("protected", "protected") if standing == LOCKED else ("not published", "status")
            yield Left(url=url, type=kind, reason=reason, rule=rule, source="rest")
            return
        if not shown and self._pretty and {"post_type", "p"} <= set(parse_qs(urlsplit(url).query)):
            # WordPress gives such an address to entries of types that nobody can look at.
            yield Left(url=url, type=kind, reason="no page of its own", rule="not_viewable", source="rest")
            return
        yield Found(
            url=url,
            source="rest",
            type=kind,
            wp_id=wp_id,
            lastmod=text(item.get("modified_gmt")) or text(item.get("modified")),
            title=text(item.get("title")),
            item=None if row.bare else {k: v for k, v in item.items() if k not in NOT_KEPT},
            capture=None if row.bare else capture_of(row.answer, "rest"),
        )

    def _address(self, item: dict[str, Any], type_: str, wp_id: int | None) -> str | None:
        """Where an item's page is; None when it is on another site."""
        link = text(item.get("link"))
        guid = text(item.get("guid"))
        for given in (link, guid):
            if given:
                url = canonical(given, self._facts.url)
                if same_site(url, self._hosts):
                    return url
                if given is link:
                    return None
        names = {"post": "p", "page": "page_id"}
        query = {names[type_]: wp_id} if type_ in names else {"post_type": type_, "p": wp_id}
        return canonical("?" + urlencode(query), self._facts.url)

    def taxonomies(self) -> Iterator[Event]:
        """Every public taxonomy and its terms."""
        assert self._facts.rest_root is not None
        bases = {name: route(self._facts.rest_root, f"wp/v2/{base}") for name, base in CORE_TAXONOMIES.items()}
        try:
            data, answer = ask(self._get, route(self._facts.rest_root, "wp/v2/taxonomies"))
        except Refused as refused:
            yield Listing(source="rest", name="taxonomies", complete=False, detail=str(refused))
        else:
            for name, taxonomy in data.items() if isinstance(data, dict) else ():
                if not isinstance(taxonomy, dict) or is_internal_taxonomy(name):
                    continue
                yield Evidence(kind="taxonomy", data={"slug": name, **_without_links(taxonomy)}, capture=capture_of(answer, "rest"))
                base = text(taxonomy.get("rest_base")) or name
                bases[name] = route(self._facts.rest_root, f"{text(taxonomy.get('rest_namespace')) or 'wp/v2'}/{base}")
        for name, address in bases.items():
            yield from self.others("term", address, taxonomy=name)

    def others(self, kind: Other, address: str, taxonomy: str | None = None) -> Iterator[Event]:
        """A collection that is evidence."""
        # The media's count includes those of unpublished posts, which are not shown.
        # An account may see every other account, readers' too.
        asked = {"has_published_posts": "true"} if kind == "user" and is_authenticated(self._get) else {}
        collection = Collection(self._get, address, taxonomy or kind, trusted=False, asked=asked)
        for row in collection.rows():
            yield self.other(kind, row, taxonomy)
        yield _listing(collection, taxonomy or kind)

    def writers(self) -> Iterator[Evidence]:
        """The accounts that wrote what is not published, who may have published nothing."""
        if not self._writers:
            return
        include = ",".join(map(str, sorted(self._writers)))
        collection = Collection(self._get, collection_of(self._facts, "user"), "user", trusted=False, asked={"include": include})
        for row in collection.rows():
            yield self.other("user", row)

    def other(self, kind: Other, row: Row, taxonomy: str | None = None) -> Evidence:
        """What one row of another collection comes to."""
        data = _without_links(row.item)
        if taxonomy:
            data["presslift_taxonomy"] = text(row.item.get("taxonomy")) or taxonomy
        return Evidence(kind=kind, data=data, capture=capture_of(row.answer, "rest"))


def listed(item: dict[str, Any]) -> dict[str, Any]:
    """What tells one state of an article from another: its id, when it changed, where it is."""
    return {
        "id": number(item.get("id")),
        "modified": text(item.get("modified_gmt")) or text(item.get("modified")),
        "link": text(item.get("link")),
    }


def _without_links(item: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in item.items() if k not in ("_links", "_embedded")}


def _listing(collection: Collection, name: str) -> Listing:
    detail = None
    if collection.refused is not None:
        detail = f"refused: {collection.refused}"
    elif collection.holes:
        detail = f"missing: {'; '.join(collection.holes)}"
    elif collection.trusted and collection.total is not None and collection.total > collection.seen:
        detail = f"the site counts {collection.total}, {collection.seen} came"
    cause = collection.refused or collection.cause
    reason = cause.reason if cause is not None else "bad_answer"
    return Listing(
        source="rest", name=name, total=collection.total, seen=collection.seen, complete=detail is None, detail=detail, reason=reason
    )
