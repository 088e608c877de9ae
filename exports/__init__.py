"""Writers: a stream of records in, one consistent set of files out."""

from __future__ import annotations

from presslift.exports.dataset_source import Source
from presslift.exports.write import write_dataset

__all__ = ["Source", "write_dataset"]
