"""``write_dataset``: the whole set, written aside and moved in at once."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from presslift.config import ExportSettings
from presslift.errors import OutUnwritable, PressliftError
from presslift.exports import swap
from presslift.exports.datapackage import FILE_NAME, sha256_of, write_datapackage
from presslift.exports.dataset_source import Source
from presslift.exports.dictionary import write_dictionary
from presslift.exports.format import Format, choose_formats
from presslift.exports.gathered import Gathered

FOLDER = "export"
REMEDIES = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "the file system is read-only: make it writable, or copy the folder elsewhere",
    errno.EACCES: "no permission: give this user the right to write there",
    errno.EPERM: "no permission: give this user the right to write there",
    errno.EIO: "the disk reports an error: check it",
    errno.EFBIG: "a file would grow too large for this file system",
    errno.ENOTDIR: "something on the way is a file, not a folder: move it away",
    errno.EEXIST: "a file stands where a folder must be: move it away",
}


def write_dataset(source: Source, folder: Path, formats: Sequence[str], settings: ExportSettings) -> list[Path]:
    """Write the export of ``source`` into ``folder``/export and return its files, sorted; ``folder`` is an OUT.

    The set has the files of ``formats`` and no others of presslift's; files that people put there are carried over. Atomic as
    a set: a reader sees the old one or the new one. Deterministic: the same content gives the same bytes. Idempotent: when
    nothing changed no file is touched, and of a new set the files that did not change stay the same files. Raises
    ``UsageError`` for an unknown format or setting, ``OutUnwritable`` when the disk refuses; the old set is whole then.
    """
    chosen = choose_formats(formats)
    # A person may have put the folder elsewhere, with a link in its place.
    target = (folder / FOLDER).resolve()
    with writable(target):
        swap.recover(target)
        new = swap.new_folder(target)
        new.mkdir(parents=True)
        try:
            build(source, new, folder / f".{FOLDER}.work", chosen, settings)
            if same_set(target, new):
                shutil.rmtree(new)
            else:
                keep_unchanged(target, new)
                carry_over(target, new)
                swap.replace(target, new)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
    return sorted(target / path for path in [*listed(target), FILE_NAME])


@contextmanager
def writable(target: Path) -> Iterator[None]:
    """Turn what the disk says into ``OutUnwritable`` with its remedy; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in REMEDIES:
            raise
        raise unwritable(target, REMEDIES[error.errno]) from error
    except sqlite3.OperationalError as error:
        reasons = {"full": errno.ENOSPC, "readonly": errno.EROFS, "disk I/O": errno.EIO, "unable to open": errno.EACCES}
        number = next((number for words, number in reasons.items() if words in str(error)), None)
        if number is None:
            raise
        raise unwritable(target, REMEDIES[number]) from error


def unwritable(target: Path, remedy: str) -> OutUnwritable:
    """The error of a disk that refuses."""
    return OutUnwritable(f"{target}: can't be written, {remedy}, then run `presslift export` again; the last export is as it was")


def build(source: Source, new: Path, work: Path, formats: Sequence[Format], settings: ExportSettings) -> None:
    """Write every file of the set into ``new``, ``datapackage.json`` last; ``work`` is scratch."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        write_formats(source, new, work, formats, settings, careful=False)
    except (OSError, sqlite3.OperationalError, PressliftError):
        raise
    except Exception:
        # One article may be to blame, which is then named and left out; where none is, it happens again.
        for folder in (work, new):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        write_formats(source, new, work, formats, settings, careful=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_formats(source: Source, new: Path, work: Path, formats: Sequence[Format], settings: ExportSettings, *, careful: bool) -> None:
    """Gather the source, ``careful`` as in ``Gathered``, and write all files."""
    with Gathered(source, work, careful=careful) as gathered:
        files = [written for one in formats for written in one.write(gathered, new, settings)]
        files += write_dictionary(new, bom=settings.csv_bom)
        write_datapackage(new, files, gathered.site)


def listed(folder: Path) -> dict[str, tuple[int, str]]:
    """Path → (bytes, SHA-256) as the set's own description has them; empty when there is none that can be read."""
    try:
        package = msgspec.json.decode((folder / FILE_NAME).read_bytes())
        return {one["path"]: (one["bytes"], one["hash"].removeprefix("sha256:")) for one in package["resources"]}
    except (OSError, msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return {}


def same_set(target: Path, new: Path) -> bool:
    """Whether ``target`` holds exactly what ``new`` does, every byte of it."""
    with suppress(OSError):
        if (target / FILE_NAME).read_bytes() != (new / FILE_NAME).read_bytes():
            return False
        return all(holds(target / path, size, digest) for path, (size, digest) in listed(new).items())
    return False


def holds(path: Path, size: int, digest: str) -> bool:
    """Whether a file is there with that size and SHA-256."""
    try:
        return path.stat().st_size == size and sha256_of(path) == digest
    except OSError:
        return False


def keep_unchanged(target: Path, new: Path) -> None:
    """Let the files that did not change be the old ones, with their times; where the file system has no links, copies do."""
    before = listed(target)
    for path, known in listed(new).items():
        if before.get(path) == known and holds(target / path, *known):
            spare = new / f"{path}.spare"
            with suppress(OSError):
                os.link(target / path, spare)
                spare.replace(new / path)


def carry_over(target: Path, new: Path) -> None:
    """Keep what people put into the set's folder: files that it does not list."""
    ours = listed(target)
    for path in sorted(target.rglob("*")):
        relative = path.relative_to(target)
        if path.is_file() and relative.as_posix() not in ours and not (new / relative).exists():
            (new / relative).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, new / relative)
            except OSError:
                shutil.copy2(path, new / relative)
