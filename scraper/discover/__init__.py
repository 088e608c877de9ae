"""Finding every article of a site: REST, sitemaps, feeds and a link crawl, merged."""

from presslift.scraper.discover.classify import AddressKind, address_kind, classify
from presslift.scraper.discover.crawl import read_archives
from presslift.scraper.discover.events import Answer, Event, Evidence, Found, Get, Left, Listing
from presslift.scraper.discover.order import discover
from presslift.scraper.discover.rest import discover_rest

__all__ = [
    "AddressKind",
    "Answer",
    "Event",
    "Evidence",
    "Found",
    "Get",
    "Left",
    "Listing",
    "address_kind",
    "classify",
    "discover",
    "discover_rest",
    "read_archives",
]
