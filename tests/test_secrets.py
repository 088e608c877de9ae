"""Credentials of a staging site: asked of the environment, sent to that site, and found nowhere afterwards."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

from tests.commands import presslift
from tests.faulty import FaultySite, records
from tests.servers import Server, Visit, page, redirect

SECRETS = ("Zwiebelkuchen", "Pflaumenmus", "abcd Efgh ijkl Mnop")
ENVIRONMENT = {
    "PRESSLIFT_BASIC_AUTH": f"wall:{SECRETS[0]}",
    "PRESSLIFT_COOKIE": f"staging={SECRETS[1]}",
    "PRESSLIFT_USER": "editora",
    "PRESSLIFT_PASSWORD": SECRETS[2],
}
BROKEN = "import presslift.exports.write as write\ndef broken(*a, **k):\n    raise TypeError('broken')\nwrite.write_dataset = broken\nimport presslift.exports as e\ne.write_dataset = broken\n"


def traces(folder: Path, *texts: str) -> list[str]:
    """Where a secret stands, plain or as it is sent: files of a folder, archives decompressed, and texts."""
    sent = [
        *SECRETS,
        SECRETS[2].replace(" ", ""),
        *(base64.b64encode(f"{u}:{p}".encode()).decode() for u, p in (("wall", SECRETS[0]), ("editora", SECRETS[2]))),
    ]
    found = []
    for path in (p for p in sorted(folder.rglob("*")) if p.is_file()):
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        found += [f"{path}: {secret}" for secret in sent if secret.encode() in data]
    return [*found, *(f"output: {secret}" for text in texts for secret in sent if secret in text)]


def test_secrets_go_to_the_site_alone_and_stand_nowhere(tmp_path: Path) -> None:
    out, spoilt = tmp_path / "OUT", page("broken", 500)
    walled = page("<title>401</title>", 401, WWW_Authenticate='Basic realm="staging"')

    def refuse(target: str) -> object:
        visit = site.server.visits[-1]
        return None if "staging" in visit.headers.get("cookie", "") and visit.headers.get("authorization") else walled

    with FaultySite() as site, Server(default=page("<p>elsewhere</p>")) as elsewhere:
        site.everywhere = refuse  # type: ignore[assignment]
        refused = presslift("migrate", site.url, "-o", tmp_path / "NONE")
        assert refused.returncode == 3 and "PRESSLIFT_BASIC_AUTH" in refused.stderr
        site.faults = {site.add("va-a-otra-parte"): redirect(f"{elsewhere.url}/x/"), site.add("rota"): spoilt}
        told = []
        for command in (
            ["migrate", site.url, "-o", out],
            ["sync", out],
            ["sync", out, "--full"],
            ["status", out, "--json"],
            ["check", out],
        ):
            done = presslift("--verbose", "--log-format", "json", *command, env=ENVIRONMENT)
            assert done.returncode in (0, 1), done.stderr
            told += [done.stdout, done.stderr]
        assert len(records(out)) >= 9
        (tmp_path / "patches").mkdir()
        (tmp_path / "patches" / "sitecustomize.py").write_text(BROKEN)
        post = site.by_id(103)
        assert post is not None
        post |= {"content": "<p>Otro texto.</p>", "modified": "2025-06-01T10:00:00"}
        done = presslift("--verbose", "sync", out, env={**ENVIRONMENT, "PYTHONPATH": str(tmp_path / "patches")})
        assert done.returncode == 70 and (out / "presslift.log").exists(), done.stderr
        assert traces(tmp_path, *told, done.stdout, done.stderr) == []
        assert all("authorization" not in v.headers and "cookie" not in v.headers for v in elsewhere.visits)
        assert any(has_secret(v) for v in site.server.visits)


def has_secret(visit: Visit) -> bool:
    return any(SECRETS[1] in value for value in visit.headers.values())
