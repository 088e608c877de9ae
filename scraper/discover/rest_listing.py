"""One REST collection, read to its end: whatever the page size, with a broken item isolated, again when it shifted."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from presslift.scraper.discover.answers import Refused, ask, number, with_parameters
from presslift.scraper.discover.events import Answer, Get, header

SIZES = (100, 50, 20, 10)
# Other sizes make other addresses: an answer of this run, or of a cache, is not what is wanted when reading again.
AGAIN = (97, 89)
STEPS = (10, 1)
MOST_PAGES = 100_000
BARE = "id,link,slug,title,date,date_gmt,modified,modified_gmt,type,status"


class Row(Struct, kw_only=True):
    """An item of a collection; ``bare`` when its content could not be had."""

    item: dict[str, Any]
    answer: Answer
    bare: bool = False


class _Page(Struct, kw_only=True):
    items: list[dict[str, Any]]
    answer: Answer
    size: int


class Collection:
    """Reads a collection by ``rows()``; afterwards ``seen``, ``total``, ``holes`` and ``refused`` tell how it went.

    ``holes`` name what is missing after requests that failed, the last of them by ``cause``; ``refused`` is set when nothing could
    be read at all. With ``trusted`` the count that the server gives is a reason to read again. ``fields`` are all that is asked of
    each item, ``asked`` further parameters.
    """

    def __init__(
        self,
        get: Get,
        url: str,
        name: str,
        *,
        trusted: bool = True,
        language: str | None = None,
        fields: Sequence[str] = (),
        asked: Mapping[str, Any] | None = None,
    ):
        self._get, self._url = get, url
        self._parameters: dict[str, Any] = {"context": "view", "order": "asc", "orderby": "id", **(asked or {})}
        if fields:
            self._parameters["_fields"] = ",".join(fields)
        if language:
            self._parameters["lang"] = language
        self.name, self.trusted = name, trusted
        self.total: int | None = None
        self.holes: list[str] = []
        self.refused: Refused | None = None
        self.cause: Refused | None = None
        self._ids: set[int] = set()
        self._anonymous = 0
        self._shifted = False

    @property
    def seen(self) -> int:
        """How many different items came."""
        return len(self._ids) + self._anonymous

    def rows(self) -> Iterator[Row]:
        """Every item once, by id. Reads again while the listing shifts under the reader, three times at most."""
        yield from self._read(SIZES[0])
        for size in AGAIN:
            stable = not self._shifted and (not self.trusted or self.total is None or self.total <= self.seen)
            if stable or self.refused is not None or self.holes:
                return
            before = self.seen
            yield from self._read(size)
            if self.seen == before and not self._shifted:
                return

    def _read(self, size: int) -> Iterator[Row]:
        self._shifted, came, lost = False, 0, 0
        before: list[Any] = []
        for page in range(1, MOST_PAGES):
            try:
                batch = self._page(page, size)
            except Refused as refused:
                if self._ends(refused, page):
                    return
                self.cause = refused
                start = (page - 1) * size
                got = yield from self._isolate(start, size, refused)
                came, lost = start + size, 0 if got else lost + 1
                if lost >= 2 or (not got and self.total is None):
                    self._give_up(refused)
                    return
                if self.total is not None and came >= self.total:
                    return
                continue
            size, lost = batch.size, 0
            ids = [item.get("id") for item in batch.items]
            if ids == before:
                # A cache or a plugin that doesn't know pages: the same one for ever.
                return
            before = ids
            came += len(batch.items)
            yield from self._new(batch.items, batch.answer)
            if self._is_last(batch, page, came):
                return

    def _page(self, page: int, size: int) -> _Page:
        """One page of a collection, with the size that the server allows."""
        sizes = [size, *(s for s in SIZES if s < size)] if page == 1 else [size]
        for tried in sizes:
            try:
                items, answer = self._ask(page=page, per_page=tried)
            except Refused as refused:
                if refused.status != 400 or refused.code != "rest_invalid_param" or page > 1:
                    raise
                if "orderby" in refused.message and self._parameters.pop("orderby", None):
                    return self._page(page, size)
                if tried == sizes[-1]:
                    raise
                continue
            # A server that gives fewer at a time than asked for, without a word.
            pages = number(header(answer, "X-WP-TotalPages"))
            capped = page == 1 and 0 < len(items) < tried and ((self.total or 0) > len(items) or (pages or 0) > 1)
            return _Page(items=items, answer=answer, size=len(items) if capped else tried)
        raise AssertionError("there is a size to try")

    def _ask(self, **parameters: Any) -> tuple[list[dict[str, Any]], Answer]:
        data, answer = ask(self._get, with_parameters(self._url, **self._parameters, **parameters))
        if isinstance(data, dict):
            # PHP makes an object of a list with gaps.
            data = list(data.values())
        items = [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
        total = number(header(answer, "X-WP-Total"))
        # Past the end WordPress counts nothing at all.
        if total is not None and (items or self.total is None):
            self._shifted = self._shifted or (self.total is not None and total != self.total)
            self.total = total
        return items, answer

    def _ends(self, refused: Refused, page: int) -> bool:
        """Whether a refusal is the end of the listing, or of all hope for it."""
        if page == 1:
            if 0 < refused.status < 500:
                self.refused = refused
            return self.refused is not None
        return refused.status == 400 or refused.code == "rest_post_invalid_page_number"

    def _is_last(self, batch: _Page, page: int, came: int) -> bool:
        if not batch.items:
            return True
        if self.total is None or len(batch.items) == batch.size:
            return False
        pages = number(header(batch.answer, "X-WP-TotalPages"))
        return came >= self.total or (pages is not None and page >= pages)

    def _give_up(self, refused: Refused) -> None:
        if self._ids or self._anonymous:
            self.holes.append("and everything after them")
        else:
            self.refused = refused

    def _new(self, items: list[dict[str, Any]], answer: Answer, bare: bool = False) -> Iterator[Row]:
        for item in items:
            wp_id = number(item.get("id"))
            if wp_id is None:
                self._anonymous += 1
            elif wp_id in self._ids:
                continue
            else:
                self._ids.add(wp_id)
            yield Row(item=item, answer=answer, bare=bare)

    def _isolate(self, start: int, size: int, cause: Refused) -> Generator[Row, None, bool]:
        """Ask for a failed page in smaller and smaller pieces; returns whether any of it came."""
        got, failed = False, [(start, size)]
        for step in STEPS:
            came, failed = yield from self._pieces(failed, step)
            got = got or came
            if not came:
                break
        if not got:
            self.holes.append(f"items {start + 1} to {start + size} ({cause})")
            return False
        for offset, length in failed:
            if length > 1 or not (yield from self._bare(offset)):
                self.holes.append(f"item {offset + 1}" if length == 1 else f"items {offset + 1} to {offset + length}")
        return True

    def _pieces(self, spans: list[tuple[int, int]], step: int) -> Generator[Row, None, tuple[bool, list[tuple[int, int]]]]:
        got = False
        failed: list[tuple[int, int]] = []
        for begin, length in spans:
            for offset in range(begin, begin + length, step):
                short = min(step, begin + length - offset)
                # A server that fails three times running fails altogether.
                if not got and len(failed) >= 3:
                    failed.append((offset, short))
                    continue
                try:
                    items, answer = self._ask(offset=offset, per_page=short)
                except Refused:
                    failed.append((offset, short))
                    continue
                got = True
                yield from self._new(items, answer)
                if len(items) < short:
                    break
        return got, failed

    def _bare(self, offset: int) -> Generator[Row, None, bool]:
        """A broken item's address without its content, which is what mostly breaks; returns whether it came."""
        try:
            items, answer = self._ask(offset=offset, per_page=1, _fields=BARE)
        except Refused:
            return False
        yield from self._new(items, answer, bare=True)
        return bool(items)
