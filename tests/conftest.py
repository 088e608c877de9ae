"""Shared by all tests: real components are required rather than skipped where PRESSLIFT_REQUIRE is set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from presslift.demo.site import DemoSite
from tests.commands import QUICK, presslift


def require(*programs: str) -> None:
    """Skip the test when a program isn't installed; fail where PRESSLIFT_REQUIRE is set."""
    lacking = [name for name in programs if shutil.which(name) is None and not os.path.exists(name)]  # noqa: PTH110
    if lacking:
        message = f"not installed: {', '.join(lacking)} (see .ci/run)"
        if os.environ.get("PRESSLIFT_REQUIRE"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """The built-in site, served."""
    with DemoSite() as served:
        yield served


@pytest.fixture(scope="module")
def migrated(site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An OUT of ``site``, for all tests of a module: not to be changed."""
    folder = tmp_path_factory.mktemp("migrated") / "OUT"
    assert presslift("migrate", site.url, "-o", folder, "-q").returncode == 0
    return folder


@pytest.fixture
def out(migrated: Path, tmp_path: Path) -> Path:
    """An OUT of one's own."""
    return Path(shutil.copytree(migrated, tmp_path / "OUT"))


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """A config.yaml with which what fails, fails soon."""
    path = tmp_path / "quick.yaml"
    path.write_text(QUICK)
    return path
