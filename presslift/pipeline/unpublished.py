"""What only an account sees: asked for by settings, left out when they no longer ask, gone when REST says so of it alone."""

from __future__ import annotations

import json
import os

from presslift.config import Settings
from presslift.errors import UsageError
from presslift.pipeline.getting import Getter
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import Refused
from presslift.scraper.discover.authorized import PUBLIC, Account, needs_account
from presslift.scraper.fetch.credentials import Credentials
from presslift.scraper.parse.items import standing_of, string
from presslift.store import Item, Row, Store

GONE = ("rest_post_invalid_id",)
"""REST's word for an entry that there is not."""


def require_account(settings: Settings, site: str) -> None:
    """Raise ``UsageError`` where settings ask for more than is public and there is nobody to ask in the name of.

    Or where the environment's credentials are none.
    """
    credentials, asked = Credentials(os.environ, site), needs_account(settings)
    if not asked:
        return
    if settings.scope.source == "html":
        raise UsageError(f"{'; '.join(asked)}: is shown by REST alone, which scope.source: html never asks; take one of the two back")
    if not credentials.for_rest:
        raise UsageError(
            f"{'; '.join(asked)}: needs an account; set PRESSLIFT_USER and PRESSLIFT_PASSWORD (an application password of an editor) "
            f"in the environment, or take it back{' with --statuses publish' if 'scope' in asked[0] else ''}"
        )


def leave_out(store: Store, settings: Settings) -> None:
    """Leave out what is not published and no longer asked for: excluded, never removed."""
    wanted = [PUBLIC, *(status for status in settings.scope.statuses if status != PUBLIC)]
    rule = f"statuses: {', '.join(wanted)}"
    with store.batch():
        for row in list(store.rows("SELECT key, data FROM evidence WHERE kind = 'unpublished'")):
            told = json.loads(row["data"])
            if told["status"] in wanted:
                continue
            for address in list(store.rows("SELECT key FROM addresses WHERE type = ? AND wp_id = ?", told["type"], told["id"])):
                store.update_address(address["key"], state="excluded", reason="scope: statuses", rule=rule)
                store.drop_items(address["key"])
            store.drop_evidence("unpublished", row["key"])


def is_unpublished(items: dict[str, Item]) -> bool:
    """Whether REST told last that an article is not public: it has no page, and nobody else may speak of it."""
    return "rest" in items and standing_of(items["rest"].data) != PUBLIC


def proof_of_removal(row: Row, getter: Getter, facts: SiteFacts, settings: Settings) -> str | None:
    """What REST says of an unpublished entry that is listed no more, where that makes it gone: pages prove nothing of it."""
    address = facts.rest_types.get(row["type"] or "")
    if address is None or row["wp_id"] is None:
        return None
    try:
        item = Account(getter, facts.url, settings).single(address, row["wp_id"])
    except Refused as refused:
        return f"REST says {refused.code}, and it is absent from the listing" if refused.code in GONE else None
    status = string(item.get("status"))
    if status is None or standing_of(item) in (PUBLIC, *settings.scope.statuses):
        return None
    return "is in the trash" if status == "trash" else f"its status is {standing_of(item)}"
