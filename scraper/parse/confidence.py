"""How sure a value is: from what the cues' votes say to the share of pages on which that was right.

A vote's own chance takes the cues for independent witnesses and the table for complete; neither is quite so. The table of
confidence tells, for each field, how often values of such chances were right on pages with truth.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

from presslift.scraper.knowledge import table


def calibrated(field: str, chance: float) -> float:
    """The share of pages on which a value of this chance was right: between the points of the field's row, along straight lines.

    A field without a row is given back as it is.
    """
    points = _points(field)
    if not points:
        return chance
    for (low, start), (high, end) in pairwise(points):
        if chance <= high:
            return start + (end - start) * max(chance - low, 0.0) / (high - low) if high > low else end
    return points[-1][1]


def of_case(field: str, case: str) -> float:
    """The share of pages on which a value that was chosen in a certain way was right."""
    return float(table("confidence")[field][case])


def of_body(cue: str, *, linked: float, labels: float, named: bool) -> float:
    """The share of pages on which a body of this kind was right, as a logistic function of what is left in it.

    ``linked`` is the part of its words that are links, ``labels`` that of its blocks that have a few words only, ``named`` whether a
    table or the site's profile knows its container.
    """
    row = table("confidence")["body"]
    odds = row["base"] + row["named"] * named + row["linked"] * math.sqrt(linked) + row["labels"] * labels
    chance = 1 / (1 + math.exp(-odds))
    return round(min(chance, row["page"]) if cue == "page" else chance, 3)


@cache
def _points(field: str) -> tuple[tuple[float, float], ...]:
    row = table("confidence").get(field, {})
    return tuple(zip(row.get("chance", []), row.get("right", []), strict=True))
