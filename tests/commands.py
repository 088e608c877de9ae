"""The real command, as a user runs it: in a process of its own, with its own stdout, stderr and exit code.

Most of a short command's time goes into importing. So commands are forked from a process that has imported everything and
does nothing else; where that would make a difference (``before``, ``env``, ``fresh``) they are started from scratch.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

PRESSLIFT = str(Path(sys.executable).with_name("presslift"))
QUICK = "fetch: {attempts: 1}\n"
"""Settings for sites that are ill on purpose: nobody waits for them to get well."""
LONGEST = 60

NURSERY = """
import json, os, sys
import presslift.checking, presslift.cli, presslift.demo, presslift.outcomes, presslift.pipeline, presslift.summaries
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        for number, (path, flags) in enumerate(asked["files"]):
            os.dup2(os.open(path, flags), number)
        os.chdir(asked["cwd"])
        sys.argv = asked["argv"]
        presslift.cli.main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@cache
def _nursery() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def presslift(*arguments: object, fresh: bool = False, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. ``cwd``, ``input``, ``env`` (added to the environment), ``before`` (a command that runs it)."""
    given = list(map(str, arguments))
    if fresh or options.keys() & {"before", "env"}:
        env = {**os.environ, **options.pop("env", {})}
        command = [*options.pop("before", []), PRESSLIFT, *given]
        return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, env=env, **options)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        for path in paths:
            path.write_text(options.get("input", "") if path.name == "stdin" else "")
        files = [(str(path), os.O_RDONLY if path.name == "stdin" else os.O_WRONLY) for path in paths]
        code = _bear({"argv": ["presslift", *given], "cwd": str(options.get("cwd", Path.cwd())), "files": files})
        return subprocess.CompletedProcess(given, code, *(path.read_text(encoding="utf-8") for path in paths[1:]))


def _bear(asked: dict[str, Any]) -> int:
    nursery = _nursery()
    assert nursery.stdin is not None and nursery.stdout is not None
    nursery.stdin.write(json.dumps(asked) + "\n")
    nursery.stdin.flush()
    ready, _, _ = select.select([nursery.stdout], [], [], LONGEST)
    if not ready:
        nursery.kill()
        _nursery.cache_clear()
        raise TimeoutError(f"{asked['argv']} did not end in {LONGEST} seconds")
    return int(nursery.stdout.readline())


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
    """Assert that a command ended with ``code`` and one clear line, and gave no data; the line."""
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("presslift: ") and "Traceback" not in line
    for word in words:
        assert word in line, line
    return line


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder, with its bytes; not who held it last."""
    paths = (p for p in sorted(folder.rglob("*")) if p.name != ".lock")
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in paths}
