"""What REST shows to an account that may edit: drafts, private, planned and protected entries, and WordPress's own source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from presslift.config import STATUSES, Settings
from presslift.errors import SiteError
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import Refused, ask, route, single, with_parameters
from presslift.scraper.discover.events import Get, Listing, is_authenticated
from presslift.scraper.discover.rest_listing import Collection, Row

PUBLIC, LOCKED = "publish", "protected"
STRANGER = (400, 401, 403)
"""What WordPress answers to those who ask for more than they may see."""
PAGE = 100
RAW = frozenset({"content.raw", "title.raw", "excerpt.raw", "guid.raw"})
"""WordPress's own source, which editors alone see."""


def context_of(settings: Settings) -> str:
    """The context in which published entries are asked for: ``edit`` where a field of the user's own is WordPress's source."""
    return "edit" if any(field.rest in RAW for field in settings.custom.values()) else "view"


def unpublished_of(settings: Settings) -> list[str]:
    """The statuses to ask for besides what is published, protected or not."""
    return [status for status in STATUSES if status in settings.scope.statuses and status not in (PUBLIC, LOCKED)]


def needs_account(settings: Settings) -> list[str]:
    """The settings that only an account's application password can serve, as people write them."""
    asked = [status for status in settings.scope.statuses if status != PUBLIC]
    raw = [f"custom.{name}: rest: {field.rest}" for name, field in settings.custom.items() if field.rest in RAW]
    return [*([f"scope.statuses: {', '.join(asked)}"] if asked else []), *raw]


def require_known(facts: SiteFacts, get: Get) -> None:
    """Raise ``SiteError`` where there is an application password, and REST answers as to a stranger all the same."""
    if not is_authenticated(get):
        return
    told = facts.rest_detail if facts.rest_root is None and "(401)" in (facts.rest_detail or "") else None
    try:
        if facts.rest_root is not None:
            ask(get, route(facts.rest_root, "wp/v2/users/me"))
    except Refused as refused:
        # Some shut the routes of users altogether.
        told = str(refused) if refused.status == 401 else None
    if told is not None:
        raise SiteError(
            f"{facts.url}: does not know the account in PRESSLIFT_USER and PRESSLIFT_PASSWORD ({told}): they are wrong, or application "
            "passwords are off (they need https), or the server doesn't pass the Authorization header on; nothing was changed"
        )


class Account:
    """Asks one site for entries that the public doesn't see; ``refusals`` are those of whole collections, by name."""

    def __init__(self, get: Get, url: str, settings: Settings):
        self._get, self._url = get, url
        self.statuses = unpublished_of(settings)
        self.opens = LOCKED in settings.scope.statuses
        self.shown = frozenset(settings.scope.statuses)
        self.refusals: dict[str, Refused] = {}

    def unpublished(self, address: str, name: str, *, fields: tuple[str, ...] = ()) -> Collection:
        """A type's entries of the wanted statuses, to be read."""
        return Collection(self._get, address, name, fields=fields, asked={"context": "edit", "status": ",".join(self.statuses)})

    def single(self, address: str, wp_id: int) -> dict[str, Any]:
        """One entry. Raises ``Refused``: 404 where there is none."""
        data, _ = ask(self._get, with_parameters(single(address, wp_id), context="edit"))
        return data if isinstance(data, dict) else {}

    def by_id(self, address: str, ids: list[int], name: str) -> Iterator[Row | Listing]:
        """Protected entries of a type, whole, and how many of them came."""
        came, detail = 0, None
        for start in range(0, len(ids), PAGE):
            chosen = ",".join(map(str, ids[start : start + PAGE]))
            try:
                data, answer = ask(self._get, with_parameters(address, context="edit", include=chosen, per_page=PAGE))
            except Refused as refused:
                self.refusals[name] = refused
                detail = f"refused: {refused}"
                break
            rows = [Row(item=item, answer=answer) for item in data if isinstance(item, dict)] if isinstance(data, list) else []
            came += len(rows)
            yield from rows
        if detail is None and came < len(ids):
            detail = f"{len(ids)} are protected, {came} came"
        yield Listing(source="rest", name=f"{name}: {LOCKED}", total=len(ids), seen=came, complete=detail is None, detail=detail)

    def require(self, asked: int) -> None:
        """Raise ``SiteError`` where every one of the ``asked`` collections was refused as to a stranger."""
        refusals = list(self.refusals.values())
        if refusals and len(refusals) >= asked and all(refused.status in STRANGER for refused in refusals):
            raise SiteError(
                f"{self._url}: shows nothing but what is published to the account of PRESSLIFT_USER ({refusals[0]}): "
                "it takes an editor's or administrator's account, an application password of its own, https, "
                "and a server that passes the Authorization header on; nothing was changed"
            )
