#!/usr/bin/env python3
"""How sure a body may be called: log odds learnt from pages whose right body is known.

usage: body_confidence.py [--pages DIR] [--recordings DIR] [--folds N] [--write]

A body is right when the F1 of its shingles with the truth's is at least ``RIGHT``; disputed truths are left out. Of a body it is
known whether a table names its container, how much of it is links, and how many of its blocks are mere labels: that is what wrong
bodies have in common, be it that too much was taken or that too much of the text is boxes. Tried besides, and no help on pages not
seen: how many cues agree on the container, its share of the page's prose, how much was cut from it, its share of lists, tables,
paragraphs and headings, and whether its blocks are links. ``--write`` puts the numbers into the table of confidence.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from truths import Page, bench_pages, disputed, fold_of, is_recorded, read_text, recorded_pages, scorer

from presslift.errors import PressliftError
from presslift.scraper.parse.page import read_page

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "scraper" / "knowledge" / "confidence.toml"
NAMES = ("base", "named", "linked", "labels")
MARKER = re.compile(r"\[\d{1,3}\]")
RIGHT = 0.95
HOLD = 0.3
"""How strongly numbers are held to nothing (ridge)."""
BANDS = ((0.97, 1.01), (0.9, 0.97), (0.7, 0.9), (0.5, 0.7), (0.0, 0.5))


class Case(NamedTuple):
    """A page's body: what is known of it, whether it is right, how much the page counts."""

    page: str
    known: tuple[float, ...]
    right: bool
    weight: float


def cases(pages: Path, recordings: Path) -> list[Case]:
    """All bodies whose truth nobody disputes; of recorded sites' articles those that stand on one page."""
    bench, doubts, found = scorer(pages), disputed(HERE / "disputed.md"), []
    for page in (*bench_pages(pages), *recorded_pages(recordings)):
        if page.body and (page.name, "body") not in doubts:
            with suppress(PressliftError):
                found.append(case(page, bench))
    return found


def case(page: Page, bench: object) -> Case:
    """One page, read alone; raises as ``read_page`` does."""
    body = read_page(page.html, page.url or None).body
    text = read_text(page)[0]
    if is_recorded(page.name):
        # There the truth is without the notes' markers.
        text = MARKER.sub(" ", text)
    named = not body.cue.startswith(("like ", "prose", "below the title", "page"))
    known = (1.0, float(named), math.sqrt(body.linked), body.labels)
    return Case(page.name, known, bench.overlap(text, page.body)[2] >= RIGHT, page.weight)  # type: ignore[attr-defined]


def chance(numbers: Sequence[float], known: Sequence[float]) -> float:
    """The logistic function of the odds."""
    return 1 / (1 + math.exp(-sum(n * k for n, k in zip(numbers, known, strict=True))))


def fit(given: list[Case]) -> list[float]:
    """Numbers under which the cases are likeliest: Newton's steps until they move no more."""
    size = len(NAMES)
    numbers = [0.0] * size
    for _ in range(60):
        slope = [-HOLD * n if i else 0.0 for i, n in enumerate(numbers)]
        bend = [[HOLD * (i == j) * (i > 0) + 1e-9 * (i == j) for j in range(size)] for i in range(size)]
        for c in given:
            p = chance(numbers, c.known)
            for i in range(size):
                slope[i] += c.weight * (c.right - p) * c.known[i]
                for j in range(size):
                    bend[i][j] += c.weight * p * (1 - p) * c.known[i] * c.known[j]
        step = solved(bend, slope)
        numbers = [n + s for n, s in zip(numbers, step, strict=True)]
        if max(map(abs, step)) < 1e-8:
            break
    return numbers


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a small system of equations, by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for j in range(len(rows)):
            if j != i:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def share(given: list[tuple[float, Case]]) -> float:
    """The part that is right."""
    return sum(c.weight * c.right for _, c in given) / max(1e-9, sum(c.weight for _, c in given))


def main() -> int:
    """Judge by cross-validation, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--recordings", type=Path, default=HERE.parent.parent / "shared" / "recordings")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the numbers into the table of confidence")
    options = parser.parse_args()
    given, judged = cases(options.pages, options.recordings), []
    for part in range(options.folds):
        numbers = fit([c for c in given if fold_of(c.page, options.folds) != part])
        judged += [(chance(numbers, c.known), c) for c in given if fold_of(c.page, options.folds) == part]
    print(f"body: {len(given)} pages, {sum(not c.right for c in given)} below F1 {RIGHT}")
    for low, high in (*BANDS, (0.9, 1.01)):
        if band := [(p, c) for p, c in judged if low <= p < high]:
            print(f"  {low:.2f}–{min(high, 1):.2f}: {len(band):4} pages, right {share(band):.3f}")
    numbers = fit(given)
    print("  " + ", ".join(f"{name} {number:.3f}" for name, number in zip(NAMES, numbers, strict=True)))
    if options.write:
        written = TABLE.read_text(encoding="utf-8")
        start = written.index("[body]")
        section = written[start:]
        for name, number in zip(NAMES, numbers, strict=True):
            section = re.sub(rf"^{name} = .*$", f"{name} = {number:.3f}", section, count=1, flags=re.M)
        TABLE.write_text(written[:start] + section, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
