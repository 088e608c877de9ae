#!/usr/bin/env python3
"""How often values are right that presslift gives with some confidence: a table per field, and the table of confidence itself.

usage: calibration.py [--pages DIR] [--recordings DIR] [--folds N] [--write]

Title, day and authors, on the pages of the benchmark and the recordings, disputed truths left out. Each page is judged by
weights (``learn_cues.py``) and a table of confidence that were learnt without it, so the figures hold for pages not seen. What
is asked for: of the values given with .9 or more at least .97 are right, of those below .5 at most half.

``--write`` puts the table learnt from all pages into ``confidence.toml``. A point of it is a group of at least ``GROUP`` pages
with neighbouring chances; its share of right ones is drawn to ``PRIOR``, and a lower chance never gets a higher confidence
(isotonic regression).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from learn_cues import NONE, chances, chosen_hold, fit
from truths import FIELDS, Ballot, Page, all_ballots, bench_pages, disputed, fold_of, folded_names, is_recorded, recorded_pages, scorer

from presslift.errors import PressliftError
from presslift.scraper.parse.page import PageReading, read_page
from presslift.scraper.parse.people import fold_name

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "scraper" / "knowledge" / "confidence.toml"
GROUP = 25.0
PRIOR = (0.9, 2.0)
"""What shares are drawn to, and as if by how many pages."""
BANDS = ((0.97, 1.01), (0.9, 0.97), (0.7, 0.9), (0.5, 0.7), (0.0, 0.5))
ROWS = {"title": "title", "published": "published", "people": "authors"}
"""A field of the table of cues → its row of the table of confidence."""


class Guess(NamedTuple):
    """A value given: on which page, with which chance, whether right, how much the page counts."""

    page: str
    chance: float
    right: bool
    weight: float


Points = list[tuple[float, float]]
Names = Callable[[Any], set[str]]


def guesses(field: str, ballots: list[Ballot], folds: int) -> list[Guess]:
    """The likeliest value of each page under weights learnt from the other parts."""
    hold, found = chosen_hold(field, ballots, folds)[0], []
    for part in range(folds):
        weights = fit(field, [b for b in ballots if fold_of(b.page, folds) != part], hold)
        for ballot in (b for b in ballots if fold_of(b.page, folds) == part):
            told = chances(ballot, weights)
            winner = max((k for k in told if k != NONE), key=lambda k: told[k][0])
            found.append(Guess(ballot.page, told[winner][0], winner in ballot.right, ballot.weight))
    return found


def isotonic(given: Iterable[Guess]) -> Points:
    """The line from chance to share of right values, rising."""
    groups: list[list[Guess]] = [[]]
    for guess in sorted(given, key=lambda g: (g.chance, g.page)):
        if sum(g.weight for g in groups[-1]) >= GROUP:
            groups.append([])
        groups[-1].append(guess)
    blocks: list[tuple[float, float, float]] = []
    for group in filter(None, groups):
        size = sum(g.weight for g in group)
        blocks.append((sum(g.weight * g.chance for g in group) / size, sum(g.weight * g.right for g in group), size))
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            (c, r, s), (d, q, t) = blocks.pop(-2), blocks.pop()
            blocks.append(((c * s + d * t) / (s + t), r + q, s + t))
    points, least = [(0.0, 0.0)], 0.0
    for chance, right, size in blocks:
        least = max(least, (right + PRIOR[0] * PRIOR[1]) / (size + PRIOR[1]))
        points.append((round(chance, 4), round(least, 3)))
    return [*points, (1.0, round(least, 3))]


def along(points: Sequence[tuple[float, float]], chance: float) -> float:
    """A point of the line."""
    for (low, start), (high, end) in pairwise(points):
        if chance <= high:
            return start + (end - start) * (chance - low) / (high - low) if high > low else end
    return points[-1][1]


def judged(given: list[Guess], folds: int) -> list[Guess]:
    """The guesses with confidence in place of chance, by a line learnt from the other parts."""
    found = []
    for part in range(folds):
        points = isotonic(g for g in given if fold_of(g.page, folds) != part)
        found += [g._replace(chance=along(points, g.chance)) for g in given if fold_of(g.page, folds) == part]
    return found


def report(field: str, given: list[Guess]) -> None:
    """Print the reliability of a field's confidences."""
    print(f"{field}: {len(given)} values given")
    for low, high in BANDS:
        band = [g for g in given if low <= g.chance < high]
        if band:
            size = sum(g.weight for g in band)
            mean, right = sum(g.weight * g.chance for g in band) / size, sum(g.weight * g.right for g in band) / size
            print(f"  {low:.2f}–{min(high, 1):.2f}: {len(band):4} values, confidence {mean:.3f}, right {right:.3f}")
    sure = [g for g in given if g.chance >= 0.9]
    if sure:
        print(f"  ≥ 0.90: {len(sure):4} values, right {sum(g.weight * g.right for g in sure) / sum(g.weight for g in sure):.3f}")


def readings(pages: Path, recordings: Path) -> Iterator[tuple[Page, PageReading]]:
    """Every page as presslift reads it alone; pages that are none are left out."""
    for page in (*bench_pages(pages), *recorded_pages(recordings)):
        with suppress(PressliftError):
            yield page, read_page(page.html, page.url or None)


def byline_of(page: Page, reading: PageReading, names: Names) -> tuple[str, Guess] | None:
    """How the byline in the body stands to what the rest of the page says, and whether it is right; None without one."""
    if not reading.body.authors or not page.authors:
        return None
    said, people = {fold_name(n) for n in reading.body.authors}, {fold_name(p.name) for p in reading.metadata.people}
    case = "byline and page agree" if said == people else "byline against page" if people else "byline alone"
    return case, Guess(page.name, 1.0, names(reading.body.authors) == names(page.authors[0]), page.weight)


def write(lines: dict[str, Points], cases: dict[str, float], table: Path) -> None:
    """Put the numbers into the table in place, all else as it stands."""
    row, kept = "", []
    for line in table.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            row = match[1]
        for name, column in (("chance", 0), ("right", 1)):
            if line.startswith(f"{name} = ") and row in lines:
                line = f"{name} = [{', '.join(str(point[column]) for point in lines[row])}]"
        if (match := re.match(r'"(.+)" = ', line)) and match[1] in cases:
            line = f'"{match[1]}" = {cases[match[1]]:.3f}'
        kept.append(line)
    table.write_text("\n".join(kept) + "\n", encoding="utf-8")


def main() -> int:
    """Judge, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--recordings", type=Path, default=HERE.parent.parent / "shared" / "recordings")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the numbers into the table of confidence")
    options = parser.parse_args()
    doubts = disputed(HERE / "disputed.md")
    ballots = all_ballots(options.pages, options.recordings, doubts)
    bench = scorer(options.pages)
    printed: dict[str, tuple[str, Guess]] = {}
    for page, reading in readings(options.pages, options.recordings):
        recorded = is_recorded(page.name)
        byline = byline_of(page, reading, folded_names if recorded else bench.names)
        if byline is not None and (page.name, "authors") not in doubts:
            printed[page.name] = byline
    lines: dict[str, Points] = {}
    for field in FIELDS:
        given = guesses(field, [b for b in ballots if b.field == field], options.folds)
        if field == "people":
            # Where the body has a byline, it decides.
            given = [g for g in given if g.page not in printed]
        report(ROWS[field], judged(given, options.folds))
        lines[ROWS[field]] = isotonic(given)
    groups: dict[str, list[Guess]] = defaultdict(list)
    for case, guess in printed.values():
        groups[case].append(guess)
    cases = {}
    for case, given in sorted(groups.items()):
        size, right = sum(g.weight for g in given), sum(g.weight * g.right for g in given)
        cases[case] = (right + PRIOR[0] * PRIOR[1]) / (size + PRIOR[1])
        print(f"authors, {case}: {len(given)} values, right {right / size:.3f}")
    if options.write:
        write(lines, cases, TABLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
