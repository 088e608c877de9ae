"""Finding every article of a site: REST, sitemaps, feeds and a link crawl, merged."""

from __future__ import annotations

from collections.abc import Iterator

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover.events import Answer, Event, Evidence, Found, Get, Left, Listing

__all__ = ["Answer", "Event", "Evidence", "Found", "Get", "Left", "Listing", "discover"]


def discover(facts: SiteFacts, get: Get, settings: Settings) -> Iterator[Event]:
    """Every event of a site."""
    raise NotImplementedError
