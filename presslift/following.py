"""What changed, for a consumer that follows a dataset: events after the last one it has taken in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from presslift.errors import DatasetDamaged, NotAnOut, UsageError
from presslift.records import Change

FILE = "changes.jsonl"


def changes(out: str | Path, *, since: int = 0) -> Iterator[Change]:
    """The events of ``out`` (an OUT, its export folder, or a changes.jsonl) whose ``seq`` is above ``since``, oldest first.

    Remember the last ``seq``, and pass it the next time. Events are those of the export at the moment of the call, which
    the records beside them agree with. Raises ``NotAnOut``; ``UsageError`` when ``since`` is beyond the last event, which
    happens when an OUT was made anew: then take in everything once more; ``DatasetDamaged`` for a line that is no event.
    """
    path = _file(Path(out))
    found: list[Change] = []
    last = 0
    decoder = msgspec.json.Decoder(Change)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                change = decoder.decode(line)
            except msgspec.DecodeError as error:
                raise DatasetDamaged(f"{path}:{number}: is no event ({error}); write it anew with `presslift export`") from error
            last = change.seq
            if change.seq > since:
                found.append(change)
    if since > last:
        raise UsageError(
            f"{path}: the last event is {last}, and --since is {since}: this dataset was made anew; take it in as a whole, then go on from {last}"
        )
    return iter(found)


def _file(given: Path) -> Path:
    for path in (given, given / FILE, given / "export" / FILE):
        if path.is_file():
            return path
    raise NotAnOut(f"{given}: no {FILE} in it; name an OUT, its export folder or the file; the format jsonl has it written")
