"""The only place that knows the order of things: scraper → store → transforms → exports."""

from presslift.pipeline.extract import extract
from presslift.pipeline.run import RunSummary, migrate, sync

__all__ = ["RunSummary", "extract", "migrate", "sync"]
