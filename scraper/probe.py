"""What a site is and offers."""

from __future__ import annotations

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover.events import Get


def probe_site(url: str, get: Get, settings: Settings) -> SiteFacts:
    """Ask a site what it is. Raises ``SiteError``."""
    raise NotImplementedError


def estimate_cost(facts: SiteFacts, settings: Settings) -> dict[str, float]:
    """What a migration would cost: ``{"requests": …, "minutes": …}``."""
    raise NotImplementedError
