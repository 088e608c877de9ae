"""What a format is, and which there are.

A format is a module with ``NAME`` and ``write(gathered, folder, settings)``: it writes files into ``folder`` and says what
they are. Here it is one file in this folder; elsewhere, an entry point in the group ``presslift.exports`` whose value is such
a module.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from msgspec import Struct

from presslift.config import ExportSettings
from presslift.errors import UsageError
from presslift.exports.gathered import Gathered
from presslift.tables import Table

GROUP = "presslift.exports"


class Written(Struct, kw_only=True):
    """A file that a format wrote, as ``datapackage.json`` lists it.

    ``path`` is relative to the set's folder, with slashes. A CSV file of a table names its ``table``, whose columns are
    the file's.
    """

    path: str
    description: str
    mediatype: str = "application/octet-stream"
    table: Table | None = None


class Format(Protocol):
    """A module that writes one format."""

    NAME: str

    def write(self, gathered: Gathered, folder: Path, settings: ExportSettings) -> Iterable[Written]:
        """Write everything of ``gathered`` into ``folder``. The same content gives the same bytes; memory stays flat."""


def known_formats() -> dict[str, Format]:
    """Every format by name: those of this folder, and those of installed packages, which can't take a name that is here."""
    found: dict[str, Format] = {}
    for module in pkgutil.iter_modules(import_module(GROUP).__path__, f"{GROUP}."):
        candidate = import_module(module.name)
        if hasattr(candidate, "NAME") and hasattr(candidate, "write"):
            found[candidate.NAME] = cast(Format, candidate)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name not in found:
            found[point.name] = cast(Format, point.load())
    return found


def choose_formats(names: Sequence[str]) -> list[Format]:
    """The formats of those names, once each, in the order of their names. Raises ``UsageError`` for one that is not known."""
    known = known_formats()
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"unknown export format {name!r}: known are {', '.join(sorted(known))}{hint}")
    if not names:
        raise UsageError(f"no export format given: name at least one of {', '.join(sorted(known))}")
    return [known[name] for name in sorted(set(names))]
