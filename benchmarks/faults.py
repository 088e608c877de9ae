#!/usr/bin/env python3
"""What becomes of a migration when the site's server misbehaves: outcome, seconds and memory, fault by fault.

usage: faults.py [--only WORD] [--write]

Each fault is a real server on loopback, each run a process of its own (`presslift migrate`), of which the wall clock and the
peak of memory are taken. Ends with 1 where an outcome is not the one that is expected. ``--write`` puts the tables into
``docs/faults.md``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import presslift  # noqa: E402
from tests.fault_catalogue import CATALOGUE, Fault, outcome, rest_of_the_site  # noqa: E402
from tests.faulty import FaultySite  # noqa: E402

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
FETCH = {"attempts": 2, "timeout": 3.0}
LONGEST = 180

REBINDING = """
import socket
real, asked = socket.getaddrinfo, []
def getaddrinfo(host, *given, **named):
    if host == "rebinding.test":
        asked.append(host)
        host = "127.0.0.1" if len(asked) < 17 else "169.254.169.254"
    return real(host, *given, **named)
socket.getaddrinfo = getaddrinfo
"""
START = """
import re, sys
from pathlib import Path
from presslift.cli import main
peak = Path(sys.argv.pop())
try:
    main()
finally:
    peak.write_text(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""


class Measured(NamedTuple):
    """What one run came to; ``wrong`` says what is not as it should be."""

    outcome: str
    seconds: float
    megabytes: float
    requests: int
    wrong: str


def measure(fault: Fault) -> Measured:
    """Run one fault."""
    with tempfile.TemporaryDirectory() as folder, FaultySite(**fault.doors) as site:
        fault.prepare(site)
        out, config, peak = (Path(folder) / name for name in ("OUT", "config.yaml", "peak"))
        fetch = FETCH | fault.fetch
        config.write_text(f"fetch: {{{', '.join(f'{k}: {v}' for k, v in fetch.items())}}}\n")
        url = site.url.replace("127.0.0.1", "rebinding.test") if fault.before == "rebinding" else site.url
        if fault.before == "rebinding":
            site.url = url
        code = (REBINDING if fault.before == "rebinding" else "") + START
        started = time.monotonic()
        with (Path(folder) / "stderr").open("wb") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-c", code, "migrate", url, "-o", str(out), "--config", str(config), str(peak)],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
            exit_code = child.wait(LONGEST)
        seconds = time.monotonic() - started
        told = outcome(out, site, exit_code)
        wrong = _wrong(fault, site, out, exit_code, told, (Path(folder) / "stderr").read_text())
        return Measured(told, seconds, int(peak.read_text()) / 1024, len(site.requests), wrong)


def _wrong(fault: Fault, site: FaultySite, out: Path, exit_code: int, told: str, stderr: str) -> str:
    if told != fault.outcome:
        return f"expected {fault.outcome}, got {told}: {stderr[-300:]}"
    if len(site.requests) > fault.requests:
        return f"{len(site.requests)} requests"
    if exit_code == 3:
        return "a folder was left behind" if out.exists() else ""
    if fault.before:
        return ""
    if lacking := rest_of_the_site(out, site):
        return f"not exported: {', '.join(sorted(lacking))}"
    result = presslift.check(out)
    return "" if result.ok else f"check: {result.problems[:2]}"


def table(group: str, rows: list[tuple[Fault, Measured]]) -> str:
    """The rows of one group."""
    lines = [f"### {group}", "", "| fault | how it is made | outcome | seconds | memory, MB | requests |", "|---|---|---|---:|---:|---:|"]
    lines += [f"| {f.name} | {f.how} | {m.outcome} | {m.seconds:.1f} | {m.megabytes:.0f} | {m.requests} |" for f, m in rows]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="faults whose name has this word")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/faults.md")
    given = parser.parse_args()
    groups, wrong = [], 0
    for group, faults in CATALOGUE.items():
        rows = []
        for fault in faults:
            if given.only not in fault.name:
                continue
            measured = measure(fault)
            rows.append((fault, measured))
            wrong += bool(measured.wrong)
            print(f"{fault.name}: {measured.outcome}, {measured.seconds:.1f} s, {measured.megabytes:.0f} MB {measured.wrong}", flush=True)
        if rows:
            groups.append(table(group, rows))
    if given.write and not given.only and not wrong:
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{chr(10).join(f'{g}{chr(10)}' for g in groups)}\n{END}{after}", encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
