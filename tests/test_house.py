"""The layout holds: what is built is what is in the tree, and it runs anywhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = {"scraper": "presslift/scraper", "transforms": "presslift/transforms", "exports": "presslift/exports"}


def tracked_modules() -> set[str]:
    """Every module and data file of the package, as the wheel should name it."""
    found = set()
    for top in ("presslift", *ROOMS):
        for path in (HOUSE / top).rglob("*"):
            inside = path.relative_to(HOUSE)
            if "__pycache__" in inside.parts or any(part.is_symlink() for part in [HOUSE / p for p in inside.parents if p.parts]):
                continue
            if path.suffix in (".py", ".toml", ".yaml", ".typed") or path.name == "py.typed":
                found.add(inside.as_posix() if top == "presslift" else f"presslift/{inside.as_posix()}")
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy of the tracked tree: sdist first, then the wheel from the sdist, as a release does.
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(HOUSE), str(clone)], check=True)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(clone)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    assert list(folder.glob("*.tar.gz"))
    return next(folder.glob("*.whl"))


def test_wheel_holds_every_module(wheel: Path) -> None:
    names = {n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("presslift/")}
    committed = subprocess.run(["git", "-C", str(HOUSE), "ls-files"], check=True, capture_output=True, text=True).stdout.split("\n")
    expected = {n for n in tracked_modules() if n.removeprefix("presslift/") in committed or n in committed}
    assert expected - names == set()
    assert not [n for n in names if n.split("/")[0] in ROOMS]


def link_distribution(dependency: Distribution, place: Path) -> None:
    """Put an installed distribution's files into another environment, as links."""
    for top in {file.parts[0] for file in dependency.files or [] if file.parts[0] != ".."}:
        if not (place / top).exists():
            (place / top).symlink_to(Path(str(dependency.locate_file(top))))


def test_wheel_runs_from_an_empty_environment_elsewhere(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel], check=True)
    own = next((tmp_path / "env").glob("lib/python*/site-packages"))
    # Beside the wheel there is what its users get, and nothing that only developers have.
    for name in re.findall(r"^([\w.-]+)==", (HOUSE / "requirements.lock").read_text(), re.M):
        with suppress(PackageNotFoundError):  # pinned for another Python
            link_distribution(distribution(name), own)
    done = subprocess.run([tmp_path / "env" / "bin" / "presslift", "config"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == (HOUSE / "config.yaml").read_text()
    where = subprocess.run(
        [python, "-c", "import presslift.scraper.parse.page as p; print(p.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert str(own) in where.stdout
    (tmp_path / "page.html").write_text(
        "<title>T</title><body class=single><article><h1>T</h1><div class=entry-content><p>Some words of text here.</p></div></article>"
    )
    read = subprocess.run(
        [tmp_path / "env" / "bin" / "presslift", "extract", "page.html"], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert json.loads(read.stdout)["title"] == "T"


def test_every_package_is_listed() -> None:
    listed = set(tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    packages = {n.rsplit("/", 1)[0].replace("/", ".") for n in tracked_modules() if n.endswith("/__init__.py")}
    assert listed == packages


def test_default_config_is_the_same_file_twice() -> None:
    inside = HOUSE / "presslift" / "config.yaml"
    assert not inside.is_symlink()
    assert inside.read_bytes() == (HOUSE / "config.yaml").read_bytes()


def test_rooms_import_under_the_package_alone() -> None:
    sources = [p for top in ("presslift", *ROOMS, "tests") for p in (HOUSE / top).rglob("*.py")]
    bare = re.compile(r"^\s*(?:from|import)\s+(?:scraper|transforms|exports)\b", re.M)
    assert [str(p) for p in sources if bare.search(p.read_text())] == []


def test_rooms_are_reached_through_links_or_installed() -> None:
    for room, link in ROOMS.items():
        assert (HOUSE / link).is_symlink()
        assert (HOUSE / link).resolve() == HOUSE / room


def test_locks_name_no_address_and_pin_everything() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (HOUSE / name).read_text()
        assert "://" not in text and "--index" not in text
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert "==" in entry and "--hash=sha256:" in entry, entry


def test_coverage_sees_the_rooms() -> None:
    # The rooms are measured by their own folders: --cov=presslift alone would miss them.
    import presslift.scraper

    assert presslift.scraper.__file__ is not None
    assert Path(presslift.scraper.__file__).resolve().parent == HOUSE / "scraper"


def test_help_is_quick() -> None:
    # What matters is what is not imported: a budget in seconds would depend on the machine.
    code = "import sys, presslift.cli; print([m for m in ('lxml', 'pandas', 'requests', 'msgspec', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
