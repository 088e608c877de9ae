"""What a site is and offers, asked before anything is taken from it."""

from presslift.scraper.probe.cost import estimate_cost
from presslift.scraper.probe.site import probe_site

__all__ = ["estimate_cost", "probe_site"]
