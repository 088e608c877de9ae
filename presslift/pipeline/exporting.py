"""Exports written when anything in them would differ, and only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from presslift.config import Settings
from presslift.exports import write_dataset
from presslift.pipeline.source import StoreSource
from presslift.records import SiteFacts
from presslift.store import Store


def export_if_changed(folder: Path, store: Store, facts: SiteFacts, settings: Settings, hosts: frozenset[str]) -> bool:
    """Write the exports when anything in them would differ; whether they were written."""
    source = StoreSource(store, facts, settings, hosts)
    print_ = export_fingerprint(store, source)
    if store.get_meta("exported") == print_ and (folder / "export" / "datapackage.json").is_file():
        return False
    write_dataset(source, folder, settings.export.formats, settings.export)
    # Writing may have found a record that can't be written.
    store.set_meta("exported", export_fingerprint(store, source))
    return True


def export_fingerprint(store: Store, source: StoreSource) -> list[Any]:
    """What decides whether exports are still good: content, failures and exclusions, not the times they were last seen."""
    failures = sorted([f.url, f.kind, f.reason] for f in store.failures())
    excluded = [[e.url, e.reason, e.rule] for e in store.excluded()]
    facts = msgspec.to_builtins(source.site())
    return [source.fingerprint(), failures, excluded, {k: v for k, v in facts.items() if k != "evidence"}]
