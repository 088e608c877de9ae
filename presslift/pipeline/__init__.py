"""The only place that knows the order of things: scraper → store → transforms → exports."""

from presslift.pipeline.offline import export, probe, reparse, status
from presslift.pipeline.one_page import extract
from presslift.pipeline.run import Options, RunSummary, migrate, sync

__all__ = ["Options", "RunSummary", "export", "extract", "migrate", "probe", "reparse", "status", "sync"]
