"""presslift: the content of an existing WordPress site, whole, clean, provably complete, and kept in step.

Each command is one function here: ``extract``, ``probe``, ``migrate``, ``sync``, ``export``, ``reparse``, ``check``,
``changes``, ``forget``, ``open_dataset``. They are imported when first used, so that ``import presslift`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from presslift.checking import check as check
    from presslift.dataset import open_dataset as open_dataset
    from presslift.following import changes as changes
    from presslift.pipeline import RunSummary as RunSummary
    from presslift.pipeline import export as export
    from presslift.pipeline import extract as extract
    from presslift.pipeline import migrate as migrate
    from presslift.pipeline import probe as probe
    from presslift.pipeline import reparse as reparse
    from presslift.pipeline import status as status
    from presslift.pipeline import sync as sync
    from presslift.pipeline.forget import forget as forget
    from presslift.records import Article as Article

_HOMES = {
    "check": "presslift.checking",
    "changes": "presslift.following",
    "forget": "presslift.pipeline.forget",
    "open_dataset": "presslift.dataset",
    "Article": "presslift.records",
    **dict.fromkeys(("RunSummary", "export", "extract", "migrate", "probe", "reparse", "status", "sync"), "presslift.pipeline"),
}

__all__ = [
    "Article",
    "RunSummary",
    "__version__",
    "changes",
    "check",
    "export",
    "extract",
    "forget",
    "migrate",
    "open_dataset",
    "probe",
    "reparse",
    "status",
    "sync",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'presslift' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    # A submodule of the same name (presslift.export) must not hide the function.
    globals()[name] = value
    return value
