"""Whether REST says of an article that it is there and not for visitors: what became private, or a draft again."""

from __future__ import annotations

from presslift.pipeline.getting import Getter
from presslift.records import SiteFacts
from presslift.scraper.discover.answers import Refused, ask, single, with_parameters
from presslift.scraper.discover.rest import collection_of
from presslift.store import Row, Store

PRIVATE = "became private: REST shows it to no visitor any more"


def is_withheld(store: Store, facts: SiteFacts, getter: Getter, article: Row) -> bool:
    """Whether REST refuses an article that it listed before, and shows one of those that it lists still: then it is not REST that is shut."""
    if article["wp_id"] is None or article["type"] not in facts.rest_types:
        return False
    other = store.row(
        "SELECT wp_id FROM addresses WHERE state = 'exported' AND type = ? AND wp_id != ? AND reason IS NULL "
        "AND EXISTS (SELECT 1 FROM items WHERE items.key = addresses.key AND source = 'rest') ORDER BY seen_run DESC, key LIMIT 1",
        article["type"],
        article["wp_id"],
    )
    return (
        other is not None
        and _refusal(facts, getter, article["type"], article["wp_id"]) == "rest_forbidden"
        and _refusal(facts, getter, article["type"], other["wp_id"]) is None
    )


def _refusal(facts: SiteFacts, getter: Getter, type_: str, wp_id: int) -> str | None:
    try:
        ask(getter, with_parameters(single(collection_of(facts, type_), wp_id), _fields="id"))
    except Refused as refused:
        return refused.code
    return None
