"""XML from strangers: entities refused, undeclared prefixes forgiven."""

from __future__ import annotations

import re
from typing import Any

ENTITY = re.compile(rb"<!ENTITY", re.I)
PARSER: dict[str, Any] = {"recover": True, "resolve_entities": False, "no_network": True, "load_dtd": False}


def declares_entities(body: bytes) -> bool:
    """Whether a document declares entities, which neither sitemaps nor feeds need: they read files and fill memory."""
    return ENTITY.search(body) is not None


def local_name(element: Any) -> str:
    """An element's name without namespace or prefix, lower case; ``""`` for comments. An undeclared prefix stays in lxml's name."""
    return element.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower() if isinstance(element.tag, str) else ""
