"""What a migration would cost the site, and the one who waits."""

from __future__ import annotations

from urllib.parse import urlsplit

from presslift.config import Settings
from presslift.records import SiteFacts

EVIDENCE = ("category", "post_tag", "user", "media", "comment")
ANSWER_SECONDS = 0.4
"""How long a WordPress without a cache takes for a page, on the whole."""


def estimate_cost(facts: SiteFacts, settings: Settings) -> dict[str, float]:
    """``{"requests": …, "minutes": …}`` of a first migration, as far as ``facts`` tell how much there is.

    One request an article, one for each hundred items of a REST listing, one for each ten of a feed or an archive.
    """
    types = set(facts.rest_types) or {"post", "page"}
    articles = sum(facts.counts.get(t) or 0 for t in types)
    requests = 8.0 + articles
    if facts.rest_root and settings.scope.source != "html":
        requests += sum(-(-(facts.counts.get(name) or 0) // 100) + 1 for name in (*types, *EVIDENCE))
    elif facts.sitemaps:
        requests += len(facts.sitemaps) + articles / 1000 + articles / 10
    else:
        # Every post stands in the list of posts, an author's archive and one or two of terms.
        requests += articles * 3.5 / 10
    local = (urlsplit(facts.url).hostname or "") in ("127.0.0.1", "localhost", "::1")
    pace = 0.0 if local else settings.fetch.delay
    each = max(pace, ANSWER_SECONDS / max(1, settings.fetch.concurrency)) if not local else 0.02
    return {"requests": float(round(requests)), "minutes": round(requests * each / 60, 1)}
