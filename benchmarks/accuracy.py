#!/usr/bin/env python3
"""How right is what presslift reads, beside its peers, in one run.

usage: accuracy.py [--pages DIR] [--recordings DIR] [--peers trafilatura,…] [--check] [--update] [--worst N] [--json FILE] [--plot FILE]

``--pages`` holds the page benchmark (``bench.py``, ``peers.py``, ``adapter.py``), ``--recordings`` the recorded sites (``run.py``);
both lie outside the project, by default in ``../shared/bench`` and ``../shared/recordings``. Peers are installed into
``.venv-peers``. ``--check`` holds presslift's figures against ``ratchet.json``: they may rise, never fall; ``--update`` raises it.
``--json`` keeps all figures, ``--plot`` draws them (SVG or PNG), a mark for each extractor and field.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HOUSE = HERE.parent
RATCHET = HERE / "ratchet.json"
PEERS = HOUSE / ".venv-peers"
PEER_PACKAGES = ["trafilatura>=2", "readability-lxml", "resiliparse", "htmldate", "lxml_html_clean", "matplotlib"]
SITE_PEERS = ("trafilatura", "readability")
"""Those that the recordings' own ``peers.py`` knows; they are handed every address."""
PAGE_FIGURES = ("body_f1", "body_ge_95", "snippet_f1", "title", "date", "authors")
SLACK = 0.0005
"""Rounding, and what a library's patch release may move."""


def peer_python() -> Path:
    """An interpreter that has the peers, made once."""
    python, made = PEERS / "bin" / "python", PEERS / ".made"
    if not made.exists():
        venv.create(PEERS, with_pip=True)
        # Python's own pip trips over the extra that trafilatura asks lxml for.
        subprocess.run([python, "-m", "pip", "install", "-q", "--upgrade", "pip"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PEER_PACKAGES], check=True)
        made.touch()
    return python


def page_figures(pages: Path, name: str, command: str, worst: int) -> dict[str, Any]:
    """One extractor over the page benchmark."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(
            [sys.executable, str(pages / "bench.py"), "--name", name, "--cmd", command, "--json", out.name, "--worst", str(worst)],
            check=True,
        )
        figures: dict[str, Any] = json.loads(Path(out.name).read_text())
    return figures


def recording_figures(recordings: Path) -> dict[str, dict[str, Any]]:
    """presslift over the recorded sites: mode → mean figures."""
    presslift = Path(sys.executable).with_name("presslift")
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([sys.executable, str(recordings / "run.py"), "--presslift", str(presslift), "--json", out.name], check=True)
        figures: dict[str, dict[str, Any]] = json.loads(Path(out.name).read_text())
    return figures


def peer_recording_figures(recordings: Path, name: str) -> dict[str, float | None]:
    """One peer over the recorded sites, every address handed to it: mean figures."""
    rows = []
    for recording in sorted(p for p in recordings.glob("*.jsonl.xz") if not p.name.endswith(".truth.jsonl.xz")):
        truth = recording.with_name(recording.name.replace(".jsonl.xz", ".truth.jsonl.xz"))
        with tempfile.TemporaryDirectory() as scratch:
            records, out = Path(scratch) / "articles.jsonl", Path(scratch) / "figures.json"
            with records.open("wb") as file:
                subprocess.run([peer_python(), recordings / "peers.py", name, recording], stdout=file, check=True)
            score = [sys.executable, recordings / "score.py", truth, records, "--json", out]
            subprocess.run(score, check=True, stdout=subprocess.DEVNULL)
            rows.append(json.loads(out.read_text()))
    means = {k: [row[k] for row in rows if isinstance(row.get(k), int | float)] for k in rows[0]} if rows else {}
    return {k: sum(v) / len(v) for k, v in means.items() if v}


def fallen(now: dict[str, Any], held: dict[str, Any]) -> list[str]:
    """What is lower than the ratchet holds, as lines. Counts (leaked, extra, doubled, failed) may not rise."""
    lines = []
    for group, figures in held.items():
        for name, value in figures.items():
            mine = now.get(group, {}).get(name)
            worse = mine is None or (mine > value if name in ("leaked", "extra", "doubled", "failed") else mine < value - SLACK)
            if worse:
                lines.append(f"{group} {name}: {mine} is worse than {value}")
    return lines


def kept(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures that the ratchet holds."""
    return {k: v if isinstance(v, int) else round(v, 4) for k, v in figures.items() if v is not None and k not in ("requests", "s")}


def draw(figures: dict[str, dict[str, Any]], picture: Path) -> None:
    """The figures as a picture, drawn by the interpreter that has the peers."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(figures, file)
        file.flush()
        subprocess.run([peer_python(), HERE / "plot.py", file.name, picture], check=True)


def main() -> int:
    """Run what was asked for; 1 when the ratchet is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=HOUSE.parent / "shared" / "bench")
    parser.add_argument("--recordings", type=Path, default=HOUSE.parent / "shared" / "recordings")
    parser.add_argument("--peers", default="trafilatura")
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--check", action="store_true", help="presslift alone, against the ratchet")
    parser.add_argument("--update", action="store_true", help="raise the ratchet to today's figures")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    now: dict[str, Any] = {}
    alone = options.check or options.update
    peers = [] if alone else [peer for peer in options.peers.split(",") if peer]
    drawn: dict[str, dict[str, Any]] = {"pages": {}, "recordings": {}}
    if (options.pages / "bench.py").exists():
        mine = page_figures(options.pages, "presslift", f"{sys.executable} {options.pages / 'adapter.py'}", options.worst)
        now["pages"] = kept({k: mine[k] for k in (*PAGE_FIGURES, "failed")})
        drawn["pages"]["presslift"] = now["pages"]
        for peer in peers:
            figures = page_figures(options.pages, peer, f"{peer_python()} {options.pages / 'peers.py'} {peer}", options.worst)
            drawn["pages"][peer] = {k: figures.get(k) for k in PAGE_FIGURES}
    if (options.recordings / "run.py").exists():
        sites = recording_figures(options.recordings)
        now |= {f"recordings {mode}": kept(figures) for mode, figures in sites.items()}
        drawn["recordings"] |= {mode: kept(figures) for mode, figures in sites.items()}
        drawn["recordings"] |= {peer: peer_recording_figures(options.recordings, peer) for peer in peers if peer in SITE_PEERS}
    if not now:
        print(f"no benchmark found in {options.pages} and {options.recordings}: name them with --pages and --recordings", file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(json.dumps(drawn, indent=1) + "\n")
    if options.plot:
        draw(drawn, options.plot)
    held = json.loads(RATCHET.read_text()) if RATCHET.exists() else {}
    lines = fallen(now, held)
    for line in lines:
        print(line, file=sys.stderr)
    if options.update:
        RATCHET.write_text(json.dumps(now, indent=1) + "\n")
    return 1 if lines and not options.update else 0


if __name__ == "__main__":
    sys.exit(main())
