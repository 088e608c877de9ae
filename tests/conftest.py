"""Shared by all tests: real components are required rather than skipped where PRESSLIFT_REQUIRE is set."""

from __future__ import annotations

import os
import shutil

import pytest


def require(*programs: str) -> None:
    """Skip the test when a program isn't installed; fail where PRESSLIFT_REQUIRE is set."""
    lacking = [name for name in programs if shutil.which(name) is None and not os.path.exists(name)]  # noqa: PTH110
    if lacking:
        message = f"not installed: {', '.join(lacking)} (see .ci/run)"
        if os.environ.get("PRESSLIFT_REQUIRE"):
            pytest.fail(message)
        pytest.skip(message)
