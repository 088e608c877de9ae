"""Tables of what WordPress, its themes, plugins and languages print: data, no code.

Each ``NAME.toml`` beside this file is a table that can be extended by a row and a fixture; its head says what the columns
mean.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from presslift.errors import KnowledgeError
from presslift.scraper.knowledge.rows import mistakes


@cache
def table(name: str) -> dict[str, Any]:
    """The table ``NAME.toml`` as parsed. Shared by all callers: not to be changed.

    Raises ``KnowledgeError``, with the row and the remedy, when it can't be understood, and ``FileNotFoundError``.
    """
    found = _parsed(name)
    if wrong := next(mistakes(found, _parsed("columns").get(name)), None):
        raise KnowledgeError(f"scraper/knowledge/{name}.toml: {wrong}")
    return found


@cache
def _parsed(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(
            f"scraper/knowledge/{name}.toml: {error}; a text stands between quotes, a list between brackets, and the file is UTF-8"
        ) from error
