"""The only place that knows the order of things: scraper → store → transforms → exports.

Its parts are imported when first used: who reads one page needs no store and no network.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presslift.pipeline.offline import export as export
    from presslift.pipeline.offline import probe as probe
    from presslift.pipeline.offline import reparse as reparse
    from presslift.pipeline.offline import status as status
    from presslift.pipeline.one_page import extract as extract
    from presslift.pipeline.run import Options as Options
    from presslift.pipeline.run import RunSummary as RunSummary
    from presslift.pipeline.run import migrate as migrate
    from presslift.pipeline.run import sync as sync

_HOMES = {
    "extract": "presslift.pipeline.one_page",
    **dict.fromkeys(("Options", "RunSummary", "migrate", "sync"), "presslift.pipeline.run"),
    **dict.fromkeys(("export", "probe", "reparse", "status"), "presslift.pipeline.offline"),
}

__all__ = ["Options", "RunSummary", "export", "extract", "migrate", "probe", "reparse", "status", "sync"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'presslift.pipeline' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
