#!/usr/bin/env python3
"""Learn the weights of the cues of title, day and authors from pages with truth, and write them into the table of cues.

usage: learn_cues.py [--pages DIR] [--recordings DIR] [--write] [--folds N]

A value's score is the sum, over the families of cues that say it, of the log odds of the best cue's weight; the chance that
it is right is its share of the scores of all values and of none being right (``presslift.scraper.parse.cues.decide``). The
weights are those under which the right values are likeliest. Most cues fire on few pages, so each is held to a prior: its own
share of right pages, itself drawn to the field's mean (at most ``UNTRIED``) as if it had been seen ``SEEN`` times more; cues
that never fired keep their weight. How hard they are held is chosen by cross-validation: the hardest that does as well. Pages
in ``disputed.md`` are left out. Same pages, same weights: nothing is drawn at random.

Without ``--write`` it only prints what cross-validation says: the share of values chosen rightly and the mean log loss.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from math import exp, log
from pathlib import Path

from truths import Ballot, all_ballots, disputed, fold_of

from presslift.scraper.parse.cues import cues

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "scraper" / "knowledge" / "cues.toml"
SEEN, UNTRIED = 4.0, 0.9
"""How many pages the field's mean counts as in a cue's prior, and the most that it is taken for: few pages prove little."""
TOLERANCE = 1.02
"""Of the holds whose loss is within this of the best, the hardest is taken."""
HOLDS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""How hard weights may be held to their priors."""
STEPS = 150
NONE = ""
"""The key that stands for no value being right."""
LEAST, MOST = 0.2, 0.99
"""Bounds of a weight: no cue is taken as sure, or as speaking against what it says."""

Weights = dict[str, float]


def odds(weight: float) -> float:
    """A weight's log odds."""
    return log(weight / (1 - weight))


def share(score: float) -> float:
    """The weight whose log odds are given."""
    return 1 / (1 + exp(-score))


def priors(field: str, ballots: list[Ballot]) -> Weights:
    """Each cue's log odds of being right when it fires, drawn to the field's mean; those of the table for cues not seen."""
    right: defaultdict[str, float] = defaultdict(float)
    seen: defaultdict[str, float] = defaultdict(float)
    for ballot in ballots:
        for key, said in ballot.said.items():
            for cue in said:
                seen[cue] += ballot.weight
                right[cue] += ballot.weight * (key in ballot.right)
    mean = min(sum(right.values()) / max(sum(seen.values()), 1), UNTRIED)
    found = {c.name: odds(min(max(c.weight, LEAST), MOST)) for c in cues(field)}
    for cue, count in seen.items():
        found[cue] = odds(min(max((right[cue] + SEEN * mean) / (count + SEEN), LEAST), MOST))
    return found


def scores(ballot: Ballot, weights: Weights) -> dict[str, tuple[float, list[str]]]:
    """Value → its score and the cues that make it: the best of each family."""
    found = {}
    for key, said in ballot.said.items():
        best: dict[str, str] = {}
        for cue, family in said.items():
            if family not in best or weights[cue] > weights[best[family]]:
                best[family] = cue
        found[key] = (sum(weights[c] for c in best.values()), list(best.values()))
    return found


def chances(ballot: Ballot, weights: Weights) -> dict[str, tuple[float, list[str]]]:
    """Value → the chance that it is right, and the cues that make it; NONE is that no value is."""
    told: dict[str, tuple[float, list[str]]] = {NONE: (0.0, []), **scores(ballot, weights)}
    top = max(s for s, _ in told.values())
    total = sum(exp(s - top) for s, _ in told.values())
    return {k: (exp(s - top) / total, c) for k, (s, c) in told.items()}


def fit(field: str, ballots: list[Ballot], hold: float) -> Weights:
    """The weights under which the right values are likeliest, each held to its prior: gradient ascent with shrinking steps."""
    prior = priors(field, ballots)
    weights, squares = dict(prior), dict.fromkeys(prior, 1e-6)
    low, high = odds(LEAST), odds(MOST)
    for _ in range(STEPS):
        slope = {c: -2 * hold * (weights[c] - prior[c]) for c in weights}
        for ballot in ballots:
            told = chances(ballot, weights)
            right = {k for k in told if k in ballot.right} or {NONE}
            mass = max(sum(told[k][0] for k in right), 1e-9)
            for key, (chance, makers) in told.items():
                pull = (chance / mass if key in right else 0.0) - chance
                for cue in makers:
                    slope[cue] += ballot.weight * pull
        for cue, value in slope.items():
            squares[cue] += value * value
            weights[cue] = min(max(weights[cue] + 0.3 * value / squares[cue] ** 0.5, low), high)
    return weights


def judged(ballots: list[Ballot], weights: Weights) -> tuple[float, float]:
    """The share of pages on which the likeliest value is right, and the mean log loss."""
    hits = loss = total = 0.0
    for ballot in ballots:
        told = chances(ballot, weights)
        right = {k for k in told if k in ballot.right} or {NONE}
        winner = max((k for k in told if k != NONE), key=lambda k: told[k][0])
        hits += ballot.weight * (winner in ballot.right)
        loss -= ballot.weight * log(max(sum(told[k][0] for k in right), 1e-9))
        total += ballot.weight
    return hits / total, loss / total


def crossed(field: str, ballots: list[Ballot], hold: float, folds: int) -> tuple[float, float]:
    """``judged`` on pages that the weights were not learnt from."""
    hits = loss = total = 0.0
    for part in range(folds):
        test = [b for b in ballots if fold_of(b.page, folds) == part]
        if not test:
            continue
        weights = fit(field, [b for b in ballots if fold_of(b.page, folds) != part], hold)
        size = sum(b.weight for b in test)
        right, lost = judged(test, weights)
        hits, loss, total = hits + size * right, loss + size * lost, total + size
    return hits / total, loss / total


def chosen_hold(field: str, ballots: list[Ballot], folds: int) -> tuple[float, dict[float, tuple[float, float]]]:
    """How hard to hold the weights, and what each that was tried gave."""
    tried = {hold: crossed(field, ballots, hold, folds) for hold in HOLDS}
    best = min(loss for _, loss in tried.values())
    return max(h for h, (_, loss) in tried.items() if loss <= TOLERANCE * best), tried


def write(learnt: dict[str, Weights], table: Path) -> None:
    """Put weights into the table in place: the line ``weight = …`` of each row, all else as it stands."""
    field = name = ""
    lines = []
    for line in table.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[\[?([\w.]+)\]?\]", line):
            field, name = match[1], ""
        elif match := re.fullmatch(r'name = "(.*)"', line):
            name = match[1]
        elif line.startswith("weight = ") and name in learnt.get(field, {}):
            line = f"weight = {share(learnt[field][name]):.3f}"
        lines.append(line)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Learn, say how well, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--recordings", type=Path, default=HERE.parent.parent / "shared" / "recordings")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the weights into the table of cues")
    options = parser.parse_args()
    ballots = all_ballots(options.pages, options.recordings, disputed(HERE / "disputed.md"))
    learnt: dict[str, Weights] = {}
    for field in ("title", "published", "people"):
        mine = [b for b in ballots if b.field == field]
        hold, tried = chosen_hold(field, mine, options.folds)
        table = {c.name: odds(min(max(c.weight, LEAST), MOST)) for c in cues(field)}
        now, lost = judged(mine, table)
        print(f"{field}: {len(mine)} pages; the table as it is: {now:.4f} right, log loss {lost:.4f}")
        for tried_hold, (right, loss) in tried.items():
            print(
                f"  held {tried_hold:<5}: {right:.4f} right, log loss {loss:.4f} on pages not learnt from{' *' if tried_hold == hold else ''}"
            )
        learnt[field] = fit(field, mine, hold)
    if options.write:
        write(learnt, TABLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
