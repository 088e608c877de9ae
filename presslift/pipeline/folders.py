"""OUT's folder and its config.yaml: made, opened, and kept as a person wrote it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from presslift.config import Settings, dump, load_settings
from presslift.errors import NotAnOut, PressliftError, SiteError, UsageError
from presslift.store import FILE_NAME, writable

CONFIG = "config.yaml"
HARMLESS = frozenset({CONFIG, "overrides.yaml", "site.yaml", ".lock", "lost+found", ".DS_Store"})
"""What a folder may hold that is to become an OUT."""


def open_folder(out: str | Path) -> Path:
    """An OUT's folder. Raises ``NotAnOut``."""
    folder = Path(out)
    if re.match(r"https?:/", str(out)):
        raise NotAnOut(f"{out}: is an address; name the folder that was given to migrate with -o")
    if not folder.is_dir():
        raise NotAnOut(f"{folder}: {'is a file' if folder.exists() else 'no such folder'}; `presslift migrate URL -o {folder}` makes one")
    if not (folder / FILE_NAME).is_file():
        raise NotAnOut(f"{folder}: no {FILE_NAME} in it, so it is no OUT of presslift; name the folder given to migrate with -o")
    return folder


def own_settings(folder: Path, config: str | Path | None = None) -> Settings:
    """The settings of a file, else of OUT's config.yaml, else the defaults. Raises ``ConfigError``."""
    if config is not None:
        search_modules(Path(config).parent)
        return load_settings(Path(config))
    own = folder / CONFIG
    return load_settings(own if own.is_file() else None)


def search_modules(folder: Path) -> None:
    """Have a user's own transforms found in a folder: OUT's, or config.yaml's. What is installed comes first."""
    path = str(folder.resolve())
    if path not in sys.path:
        sys.path.append(path)


def record_settings(folder: Path, settings: Settings) -> None:
    """Keep settings in OUT's config.yaml; comments and what did not change stay as a person wrote them."""
    path, new = folder / CONFIG, folder / f".{CONFIG}.new"
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else None
    if before is not None and load_settings(path) == settings:
        return
    with writable(folder):
        try:
            with new.open("w", encoding="utf-8") as file:
                file.write(dump(settings, before))
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Have the folder for a migration. A first run that got nothing from the site (exit code 3) leaves nothing behind."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder with -o")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    there = set() if missing else {path.name for path in folder.iterdir()}
    fresh = FILE_NAME not in there
    if fresh and there - HARMLESS:
        raise NotAnOut(f"{folder}: is not empty and no OUT of presslift; name a new folder with -o")
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except PressliftError as error:
        if fresh and error.exit_code == SiteError.exit_code:
            for path in folder.iterdir():
                if path.name not in there:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            with suppress(OSError):
                for path in missing:
                    path.rmdir()
        raise
