"""Tables of what WordPress, its themes, plugins and languages print: data, no code.

Each ``NAME.toml`` beside this file is a table that can be extended by a row and a fixture; its head says what the columns
mean.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The table ``NAME.toml`` as parsed. Shared by all callers: not to be changed. Raises ``FileNotFoundError``."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
