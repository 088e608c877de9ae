#!/usr/bin/env python3
"""What seeing a whole site adds: recorded sites with REST, sitemap and feed shut, read page by page and as sites.

usage: site_teaches.py [--recordings DIR] [--only NAME,…] [--write]

Each recording is migrated once from nothing but its pages. Then every archived page of an article is read again by
``presslift extract``, which knows one page at a time; both sets of records are scored by the recordings' own ``score.py``.
``--write`` puts the table into this folder's README.
"""

from __future__ import annotations

import argparse
import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PRESSLIFT = Path(sys.executable).with_name("presslift")
FIELDS = {
    "title": "title",
    "day": "day",
    "authors": "authors",
    "categories": "categories",
    "tags": "tags",
    "language": "language",
    "translation": "translation",
    "body": "body F1",
    "body>=.99": "body ≥ .99",
    "notes_p": "notes, precision",
    "notes_r": "notes, recall",
    "related_p": "related, precision",
    "related_r": "related, recall",
    "images_p": "pictures, precision",
    "images_r": "pictures, recall",
    "featured": "featured picture",
    "comments_r": "comments, recall",
}
"""score.py's name of a figure → ours."""
BEGIN, END = "<!-- site_teaches: begin -->", "<!-- site_teaches: end -->"


def as_site(recording: Path, out: Path, replay: Any) -> list[dict[str, Any]]:
    """The records of a migration from pages alone."""
    with replay(recording, rest=False, sitemap=False, feed=False) as site:
        done = subprocess.run([PRESSLIFT, "-q", "migrate", site.url, "-o", out], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{recording.name}: exit {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in (out / "export" / "articles.jsonl").open(encoding="utf-8")]


def page_by_page(out: Path, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same articles, each read from its own page alone."""
    archive = sorted((out / "archive").glob("*.warc.gz"))
    done = subprocess.run([PRESSLIFT, "-q", "extract", *archive], capture_output=True, text=True)
    wanted, found = {record["url"] for record in records}, {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record["url"] in wanted:
            found.setdefault(record["url"], record)
    return list(found.values())


def figures(folder: Path, only: set[str]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """For each site its name, its figures page by page, and as a site."""
    sys.path.insert(0, str(folder))
    from replay import Replay  # type: ignore[import-not-found]
    from score import score  # type: ignore[import-not-found]

    rows = []
    for recording in sorted(p for p in folder.glob("*.jsonl.xz") if not p.name.endswith(".truth.jsonl.xz")):
        name = recording.name.removesuffix(".jsonl.xz")
        if only and name not in only:
            continue
        with lzma.open(recording.with_name(f"{name}.truth.jsonl.xz"), "rt", encoding="utf-8") as lines:
            truth = [json.loads(line) for line in lines]
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "OUT"
            whole = as_site(recording, out, Replay)
            alone = page_by_page(out, whole)
        rows.append((name, score(truth, alone).figures(), score(truth, whole).figures()))
        print(f"{name}: {len(alone)} pages, {len(whole)} records", file=sys.stderr)
    return rows


def table(rows: list[tuple[str, dict[str, Any], dict[str, Any]]]) -> str:
    """Markdown: each field's mean over the sites, page by page and as a site, and the site on which a single page is worst."""
    lines = ["| field | page by page | as a site | the worst site, page by page | as a site |", "|---|---|---|---|---|"]
    for field, title in FIELDS.items():
        pairs = [(alone[field], whole[field], name) for name, alone, whole in rows if alone[field] is not None and whole[field] is not None]
        if not pairs:
            continue
        worst = min(pairs)
        means = [sum(pair[n] for pair in pairs) / len(pairs) for n in (0, 1)]
        lines.append(f"| {title} | {means[0]:.3f} | {means[1]:.3f} | {worst[0]:.3f} ({worst[2]}) | {worst[1]:.3f} |")
    return "\n".join(lines)


def main() -> int:
    """Measure and print; with ``--write`` keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path, default=HERE.parent.parent / "shared" / "recordings")
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not (options.recordings / "run.py").exists():
        print(f"no recordings in {options.recordings}: name them with --recordings", file=sys.stderr)
        return 2
    text = table(figures(options.recordings, set(filter(None, options.only.split(",")))))
    print(text)
    if options.write:
        readme = HERE / "README.md"
        before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
        readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
