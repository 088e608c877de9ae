"""What REST tells of changes at little cost: the newest of each collection, what changed since, single items, bare listings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import Refused, ask, number, text, with_parameters
from presslift.scraper.discover.authorized import context_of
from presslift.scraper.discover.events import Answer, Event, Evidence, Get, header
from presslift.scraper.discover.rest import Other, RestReader, collection_of, listed
from presslift.scraper.discover.rest_listing import Collection, Row

PAGE = 100
MOST_PAGES = 10_000
OVERLAP = timedelta(hours=1)
"""WordPress compares local times, which repeat an hour in autumn: what changed so long before is asked for as well."""

BRIEFLY = ("id", "modified_gmt", "link", "status")
FRESH = 60
"""Seconds that an answer may have waited in a cache."""
CACHE_HEADERS = ("x-cache", "cf-cache-status", "x-proxy-cache", "x-varnish-cache", "x-litespeed-cache", "x-kinsta-cache")


class Signal(Struct, kw_only=True):
    """The newest entry of a collection and how many there are; ``cached`` is the header that says that a cache answered."""

    wp_id: int | None = None
    at: str | None = None
    link: str | None = None
    post: int | None = None
    total: int | None = None
    cached: str | None = None


class Changes:
    """Asks one site's REST for changes. ``past`` is added to every address where a cache is known to answer.

    Every method raises ``Refused`` when REST doesn't answer as it should.
    """

    def __init__(self, facts: SiteFacts, get: Get, settings: Settings, *, past: str | None = None):
        self._facts, self._get, self.past, self._context = facts, get, past, context_of(settings)
        self._reader = RestReader(facts, get, settings)

    @property
    def asks_more(self) -> bool:
        """Whether unpublished entries are wanted."""
        return bool(self._reader.account.statuses)

    def newest(self, name: str, language: str | None = None) -> Signal:
        """The entry of a type's collection (or of media, comment) that changed last."""
        items, answer = self._ask(name, **newest_query(name), **({"lang": language} if language else {}))
        total = number(header(answer, "X-WP-Total"))
        if total is None:
            raise Refused(answer.status, "no_count", "REST doesn't count: X-WP-Total is missing")
        first = items[0] if items else {}
        return Signal(
            wp_id=number(first.get("id")),
            at=text(first.get("date_gmt" if name == "comment" else "modified_gmt")),
            link=text(first.get("link")),
            post=number(first.get("post")),
            total=total,
            cached=_cached(answer),
        )

    def changed(self, name: str, since: str, most: int, language: str | None = None) -> list[Row] | None:
        """The entries of a type (or media) that changed after a time, newest first; None when there are more than ``most``."""
        after = instant(since) - OVERLAP
        sent = {"modified_after": f"{after:%Y-%m-%dT%H:%M:%S}Z", **({"lang": language} if language else {})}
        rows: list[Row] = []
        for page in range(1, MOST_PAGES):
            items, answer = self._ask(name, context=self._context, orderby="modified", order="desc", per_page=PAGE, page=page, **sent)
            # Before 5.7 WordPress doesn't know modified_after and gives everything, in this order.
            new = [item for item in items if instant(listed(item)["modified"]) > after]
            rows += [Row(item=item, answer=answer) for item in new]
            if len(rows) > most:
                return None
            if len(new) < len(items) or _is_last(items, answer, page):
                break
        return rows

    def comments(self, known: set[int], total: int) -> tuple[list[Row], set[int] | None]:
        """The comments that are not known, newest first; and those that are gone, None when it is none.

        As many as fit ``total`` are looked for; where the numbers say that some are gone all are read.
        """
        rows: dict[int, Row] = {}
        seen: set[int] = set()
        for page in range(1, MOST_PAGES):
            items, answer = self._ask("comment", context="view", orderby="date_gmt", order="desc", per_page=PAGE, page=page)
            for item in items:
                wp_id = number(item.get("id"))
                if wp_id is not None:
                    seen.add(wp_id)
                    if wp_id not in known:
                        rows[wp_id] = Row(item=item, answer=answer)
            if len(known) + len(rows) == total:
                return list(rows.values()), None
            if _is_last(items, answer, page):
                break
        if len(seen) < total:
            raise Refused(0, "shifted", f"{total} comments are counted, {len(seen)} came")
        return list(rows.values()), known - seen

    def briefly(self, name: str) -> list[dict[str, Any]]:
        """Every row of a type's collection as ``listed`` describes it."""
        collection = Collection(self._get, self._address(name), name, fields=("id", "modified_gmt", "link"))
        return [listed(item) for item in _all_of(collection)]

    def unpublished(self, name: str) -> dict[int, dict[str, Any]]:
        """Every row of a type's unpublished entries as ``listed`` describes it, with its status, by id; none where none are wanted."""
        account = self._reader.account
        if not account.statuses:
            return {}
        collection = account.unpublished(self._address(name), name, fields=BRIEFLY)
        rows = [{"type": name, "status": text(item.get("status")), **listed(item)} for item in _all_of(collection)]
        return {row["id"]: row for row in rows if row["id"] is not None}

    def shown(self, name: str, ids: Iterable[int]) -> list[Row]:
        """Single unpublished entries of a type, whole, as the account sees them."""
        return self.items(name, ids, context="edit", status=",".join(self._reader.account.statuses))

    def items(self, name: str, ids: Iterable[int], *, base: str | None = None, **asked: str) -> list[Row]:
        """Single entries of a collection, whole; those that are not there any more are left out."""
        wanted, rows = sorted(ids), []
        asked = {"context": self._context if name in self._facts.rest_types else "view", **asked}
        for start in range(0, len(wanted), PAGE):
            chosen = ",".join(map(str, wanted[start : start + PAGE]))
            items, answer = self._ask(name, base=base, **asked, include=chosen, per_page=PAGE)
            rows += [Row(item=item, answer=answer) for item in items]
        return rows

    def events(self, name: str, rows: Iterable[Row], *, shown: bool = False) -> Iterator[Event]:
        """What rows of an article's collection come to; ``shown`` to the account."""
        for row in rows:
            yield from self._reader.article(name, row, shown=shown)
        yield from self._reader.opened(name)

    def evidence(self, kind: Other, rows: Iterable[Row], taxonomy: str | None = None) -> Iterator[Evidence]:
        """What rows of another collection come to."""
        for row in rows:
            yield self._reader.other(kind, row, taxonomy)

    def _address(self, name: str, base: str | None = None) -> str:
        address = base or collection_of(self._facts, name)
        return with_parameters(address, presslift=self.past) if self.past else address

    def _ask(self, name: str, *, base: str | None = None, **parameters: Any) -> tuple[list[dict[str, Any]], Answer]:
        try:
            data, answer = ask(self._get, with_parameters(self._address(name, base), **parameters))
        except Refused as refused:
            if refused.code == "rest_post_invalid_page_number":
                return [], _Nothing()
            raise
        if isinstance(data, dict):
            data = list(data.values())
        if not isinstance(data, list):
            raise Refused(answer.status, "unreadable", "no list where one was asked for")
        return [item for item in data if isinstance(item, dict)], answer


def _all_of(collection: Collection) -> list[dict[str, Any]]:
    items = [row.item for row in collection.rows()]
    if collection.refused is not None:
        raise collection.refused
    if collection.holes or (collection.total is not None and collection.total > len(items)):
        raise Refused(0, "incomplete", f"{collection.name}: {'; '.join(collection.holes) or f'{len(items)} of {collection.total} came'}")
    return items


def _is_last(items: list[dict[str, Any]], answer: Answer, page: int) -> bool:
    pages = number(header(answer, "X-WP-TotalPages"))
    return not items or (page >= pages if pages is not None else len(items) < PAGE)


class _Nothing:
    """The answer past the end of a collection."""

    url = final_url = content_type = text = sha256 = fetched_at = ""
    status, headers, body, warc, offset = 400, dict[str, str](), b"", None, None


def newest_query(name: str) -> dict[str, Any]:
    """The parameters by which the newest entry of a collection is asked for."""
    if name == "comment":
        return {"per_page": 1, "orderby": "date_gmt", "order": "desc", "_fields": "id,date_gmt,post"}
    return {"per_page": 1, "orderby": "modified", "order": "desc", "_fields": "id,modified_gmt,link"}


def instant(at: str | None) -> datetime:
    """A time of REST's, in UTC without a zone; the beginning of time for what is none."""
    try:
        found = datetime.fromisoformat((at or "").replace("Z", ""))
    except ValueError:
        return datetime(1900, 1, 1)
    return found.replace(tzinfo=None)


def _cached(answer: Answer) -> str | None:
    """The header by which an answer says that it comes from a cache and may be old."""
    age = number(header(answer, "age"))
    if age is not None:
        return f"Age: {age}" if age > FRESH else None
    for name in CACHE_HEADERS:
        value = header(answer, name)
        if value and value.strip().lower().startswith("hit"):
            return f"{name}: {value.strip()[:40]}"
    return None
