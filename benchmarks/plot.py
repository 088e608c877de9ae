#!/usr/bin/env python3
"""Draws what ``accuracy.py --json FILE`` measured: a field a row, an extractor a mark; pages at the left, recorded sites at the right.

usage: plot.py FIGURES.json PICTURE.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams |= {"svg.hashsalt": "presslift", "font.size": 9}
from matplotlib import pyplot  # noqa: E402

TITLES = {"body_f1": "body F1", "body_ge_95": "body ≥ .95", "snippet_f1": "snippets F1"}
LEFT_OUT = ("failed", "found", "leaked", "extra", "doubled", "requests", "s")
COLOURS = {"presslift": "#0b6e4f", "open": "#0b6e4f", "shut": "#2a9d8f", "bare": "#8ab17d"}
OTHERS = ["#e76f51", "#f4a261", "#6d6875", "#b5838d"]


def panel(axes: Any, title: str, groups: dict[str, dict[str, float | None]]) -> None:
    """One panel: ``groups`` are extractors (or modes), each with its figures by field."""
    fields = list(dict.fromkeys(f for figures in groups.values() for f in figures if f not in LEFT_OUT))
    others = iter(OTHERS)
    for number, (name, figures) in enumerate(groups.items()):
        # A peer's 0 is a field that it doesn't read.
        known = [
            (row, value) for row, field in enumerate(fields) if (value := figures.get(field)) or (value is not None and name in COLOURS)
        ]
        shift = (number - (len(groups) - 1) / 2) * 0.16
        colour = COLOURS.get(name) or next(others)
        axes.scatter([v for _, v in known], [row + shift for row, _ in known], s=22, label=name, color=colour, zorder=3)
    axes.set_yticks(range(len(fields)), [TITLES.get(f, f.replace("_", " ")) for f in fields])
    axes.invert_yaxis()
    axes.set_xlim(-0.02, 1.02)
    axes.grid(axis="x", color="#dddddd", zorder=0)
    axes.grid(axis="y", color="#f2f2f2", zorder=0)
    axes.set_title(title, loc="left")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.04), ncols=len(groups), frameon=False)


def main() -> int:
    """Draw; 2 when called wrongly."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    figures = json.loads(Path(sys.argv[1]).read_text())
    panels = [
        (title, figures[key])
        for key, title in (("pages", "real pages, one at a time"), ("recordings", "recorded sites"))
        if figures.get(key)
    ]
    drawing, axes = pyplot.subplots(1, len(panels), figsize=(5.5 * len(panels), 9), squeeze=False)
    for place, (title, groups) in zip(axes[0], panels, strict=True):
        panel(place, title, groups)
    drawing.tight_layout()
    drawing.savefig(sys.argv[2], metadata={"Date": None} if sys.argv[2].endswith(".svg") else None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
