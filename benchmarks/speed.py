#!/usr/bin/env python3
"""How fast presslift reads pages, beside trafilatura, in one run.

usage: speed.py [--pages DIR] [--rounds N] [--limit N] [--profile [N]] [--worst N] [--least RATIO]

``--pages`` holds the page benchmark (``truth-dev.jsonl.gz``, ``pages/*.gz``), which lies outside the project, by default in ``../shared/bench``. Each tool is
one process. Small batches of pages go to one, then to the other, in turns, so that whatever else the machine does hits both alike; a
round is all pages once. Told are pages per CPU second of each tool, and their quotient, over the rounds: least, median and most. All
fields are read, both times; start and first page are told apart. ``--profile`` shows where presslift's time goes, N lines of it,
``--worst`` its slowest pages; ``--least`` fails when the median quotient is below it.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import json
import pstats
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from accuracy import HOUSE, peer_python

BATCH = 16
TOOLS = ("presslift", "trafilatura")
Page = tuple[str, str | None]
"""The file of a page, and its address."""
Extract = Callable[[bytes, str | None], object]


def reader(tool: str) -> Extract:
    """One page, as served, and its address to a tool's whole record."""
    if tool == "presslift":
        import presslift

        extract: Extract = presslift.extract
        return extract
    # It is installed apart.
    peer: Any = import_module("trafilatura")
    return lambda page, url: peer.bare_extraction(page, url=url, with_metadata=True)


def pages_of(folder: Path) -> list[Page]:
    """The pages of the benchmark, in the order of their files' names."""
    with gzip.open(folder / "truth-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = {str(folder / "pages" / f"{row['file']}.gz"): row.get("url") or None for row in rows}
    return sorted((name, url) for name, url in found.items() if Path(name).exists())


def unpacked(pages: list[Page]) -> list[tuple[bytes, str | None]]:
    return [(gzip.decompress(Path(name).read_bytes()), url) for name, url in pages]


def work(tool: str) -> None:
    """The other end of ``Worker``: a line names pages, the answer is the CPU seconds they took."""
    extract: Extract | None = None
    for line in sys.stdin:
        pages = unpacked(json.loads(line))
        start = time.process_time()
        if extract is None:
            extract = reader(tool)
        for page, url in pages:
            extract(page, url)
        print(time.process_time() - start, flush=True)


class Worker:
    """One tool in a process of its own."""

    def __init__(self, tool: str):
        python = sys.executable if tool == "presslift" else str(peer_python())
        self.process = subprocess.Popen([python, __file__, "--work", tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, pages: list[Page]) -> float:
        """What the tool's process spends on these pages."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(pages) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def compare(pages: list[Page], rounds: int) -> float:
    """Print the figures of both tools; gives the median of their quotients."""
    workers = [Worker(tool) for tool in TOOLS]
    starts = [worker.seconds(pages[:1]) for worker in workers]
    rates: list[list[float]] = [[], []]
    for _ in range(rounds):
        spent = [0.0, 0.0]
        for number, at in enumerate(range(0, len(pages), BATCH)):
            for place in (0, 1) if number % 2 else (1, 0):
                spent[place] += workers[place].seconds(pages[at : at + BATCH])
        for place in (0, 1):
            rates[place].append(len(pages) / spent[place])
    for tool, rate, start in zip(TOOLS, rates, starts, strict=True):
        print(f"{tool:12} pages/CPU-s {spread(rate)}   ms a page {1000 / median(rate):.1f}   start and first page {start:.2f} s")
    quotients = [mine / theirs for mine, theirs in zip(*rates, strict=True)]
    print(f"{'quotient':12} {spread(quotients, 2)}   ({len(pages)} pages, {rounds} rounds)")
    return float(median(quotients))


def spread(values: list[float], digits: int = 1) -> str:
    return f"min {min(values):.{digits}f}  median {median(values):.{digits}f}  max {max(values):.{digits}f}"


def profile(pages: list[Page], lines: int) -> None:
    """Where the time goes: the functions that take most themselves, and with what they call."""
    extract = reader("presslift")
    documents = unpacked(pages)
    extract(*documents[0])
    profiler = cProfile.Profile()
    for document, url in documents:
        profiler.runcall(extract, document, url)
    for order in ("tottime", "cumtime"):
        pstats.Stats(profiler).strip_dirs().sort_stats(order).print_stats(lines)


def slowest(pages: list[Page], count: int) -> None:
    extract = reader("presslift")
    extract(*unpacked(pages[:1])[0])
    spent = []
    for page in pages:
        document, url = unpacked([page])[0]
        start = time.process_time()
        extract(document, url)
        spent.append((time.process_time() - start, len(document), Path(page[0]).name))
    for seconds, size, name in sorted(spent, reverse=True)[:count]:
        print(f"{1000 * seconds:8.1f} ms {size / 1000:8.0f} kB  {name}")


def main() -> int:
    """Run what was asked for; 1 when presslift is slower than ``--least`` allows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=HOUSE.parent / "shared" / "bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--profile", type=int, nargs="?", const=40, help="show N lines of presslift's profile instead")
    parser.add_argument("--worst", type=int, help="show presslift's N slowest pages instead")
    parser.add_argument("--least", type=float, help="fail when the median quotient is below this")
    parser.add_argument("--work", choices=TOOLS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work)
        return 0
    if not (options.pages / "truth-dev.jsonl.gz").exists():
        print(f"no pages found in {options.pages}: name their folder with --pages", file=sys.stderr)
        return 2
    pages = pages_of(options.pages)[: options.limit]
    if options.profile:
        profile(pages, options.profile)
    elif options.worst:
        slowest(pages, options.worst)
    elif compare(pages, options.rounds) < (options.least or 0):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
