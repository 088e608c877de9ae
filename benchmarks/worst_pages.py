#!/usr/bin/env python3
"""The pages whose body differs most from the truth: what is extra, what is missing, where it stands.

usage: worst_pages.py [--pages DIR] [--most 20] [--runs 4] [--all] [PAGE …]

Of each page: the F1, precision and recall of the benchmark's shingles, the cue that chose the container, and the longest runs of words
that only presslift (+) or only the truth (-) has: how many words, how far down, how the run begins. Pages in ``disputed.md`` are left
out unless ``--all`` is given or they are named. What was found by looking is in ``worst.md``; the pages' own text stays out of it.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from truths import Page, bench_pages, disputed, read_text, scorer

from presslift.errors import PressliftError

HERE = Path(__file__).resolve().parent
SHOWN = 9
"""So many words of a run are shown."""


class Run(NamedTuple):
    """Words that one side alone has: which side, how many, where (0…1 of presslift's text), how they begin."""

    side: str
    size: int
    place: float
    start: str


class Result(NamedTuple):
    """A page's precision, recall and F1, with presslift's text and the cue of its body."""

    page: Page
    precision: float
    recall: float
    f1: float
    text: str
    cue: str


def results(pages: Path, bench: ModuleType) -> Iterator[Result]:
    """Every page that has a body's truth; pages that can't be read score nothing."""
    for page in bench_pages(pages):
        if not page.body:
            continue
        text, cue = "", "none"
        with suppress(PressliftError):
            text, article = read_text(page)
            cue = article.extraction.cues.get("body", "none")
        yield Result(page, *bench.overlap(text, page.body), text, cue)


def runs(result: Result, bench: ModuleType) -> list[Run]:
    """What differs, the longest first."""
    ours, truth = bench.words(result.text), bench.words(result.page.body)
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, ours, truth, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        place = a / max(1, len(ours))
        for side, words in (("+", ours[a:b]), ("-", truth[c:d])):
            if words:
                found.append(Run(side, len(words), place, " ".join(words[:SHOWN])))
    return sorted(found, key=lambda run: -run.size)


def main() -> int:
    """Print the worst pages, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--most", type=int, default=20)
    parser.add_argument("--runs", type=int, default=4, help="so many runs of words a page")
    parser.add_argument("--all", action="store_true", help="pages with a disputed body too")
    parser.add_argument("named", nargs="*", metavar="PAGE")
    options = parser.parse_args()
    bench, doubts = scorer(options.pages), disputed(HERE / "disputed.md")
    found = sorted(results(options.pages, bench), key=lambda r: r.f1)
    if options.named:
        chosen = [r for r in found if r.page.name in options.named]
    else:
        chosen = [r for r in found if options.all or (r.page.name, "body") not in doubts][: options.most]
    for r in chosen:
        print(f"{r.page.name}  F1 {r.f1:.3f}  P {r.precision:.3f}  R {r.recall:.3f}  {r.cue}")
        for run in runs(r, bench)[: options.runs]:
            print(f"    {run.side} {run.size:4} words at {run.place:4.0%}: {run.start} …")
    for label, kept in (("all", found), ("not disputed", [r for r in found if (r.page.name, "body") not in doubts])):
        good = sum(r.f1 >= 0.95 for r in kept) / max(1, len(kept))
        print(f"{label}: {len(kept)} pages, mean F1 {sum(r.f1 for r in kept) / max(1, len(kept)):.4f}, at least .95 on {good:.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
