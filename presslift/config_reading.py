"""config.yaml's text ↔ settings: read in bounded time, written with its comments kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from presslift.config_checking import Key, checked, explain, named, spelled
from presslift.errors import ConfigError
from presslift.settings import Settings

_LARGEST = 1_000_000
_MOST_VALUES = 20_000
_DEEPEST = 20
"""Levels of keys and lists; settings have three, options of a transform may have some more."""


def read(path: Path) -> Settings:
    """The settings of a file. Raises ``ConfigError``."""
    text = _text(path)
    data, lines = _parsed(path, text)
    try:
        return checked(data)
    except (msgspec.ValidationError, ValueError) as error:
        key, expected = explain(error, data)
        raise ConfigError(f"{path}:{_line(key, lines)}: {spelled(key) or 'the file'}: {expected}") from error


def _text(path: Path) -> str:
    if path.is_dir():
        raise ConfigError(f"{path}: expected a file, got a folder; name the config.yaml in it")
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; `presslift config > {path.name}` writes one to start from") from error
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    if len(raw) > _LARGEST:
        raise ConfigError(f"{path}: expected a config.yaml, got a file of {len(raw):,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: expected UTF-8, got the byte 0x{raw[error.start]:02x}; save the file as UTF-8") from error


class _TooMuchError(ComposerError):
    """More than settings can be."""


class _Composer(Composer):
    """Stops where a file is nested deeper, or holds more, than settings can be: neither is read to its end first."""

    def __init__(self, loader: Any = None):
        super().__init__(loader=loader)
        self._depth = self._count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node and those below it, counted."""
        mark = self.parser.peek_event().start_mark
        self._depth, self._count = self._depth + 1, self._count + 1
        if self._depth > _DEEPEST:
            raise _TooMuchError(None, None, f"more than {_DEEPEST} levels of keys and lists", mark)
        if self._count > 3 * _MOST_VALUES:
            raise _TooMuchError(None, None, f"more than {_MOST_VALUES:,} values", mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Constructor(RoundTripConstructor):
    """Days stay text: YAML's own reading of them refuses bad ones without a word on the key."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda constructor, node: constructor.construct_scalar(node))


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Composer, yaml.Constructor = _Composer, _Constructor
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _parsed(path: Path, text: str) -> tuple[dict[str, Any], dict[Key, int]]:
    try:
        loaded = _yaml().load(text)
    except DuplicateKeyError as error:
        name = re.search(r'found duplicate key "([^"]*)"', error.problem or "")
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path}:{line}: {name[1] if name else 'a key'}: stands here twice; keep one") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "it can't be read"
        wrong = "expected a config.yaml, got" if isinstance(error, _TooMuchError) else "not valid YAML:"
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: {wrong} {problem.replace(chr(10), ' ')}") from error
    except (YAMLError, ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"{path}:1: not valid YAML: {problem}") from error
    if loaded is None:
        return {}, {}
    if not isinstance(loaded, Mapping):
        raise ConfigError(
            f"{path}:1: expected keys and values, got {named(loaded)}; the sections are {', '.join(Settings.__struct_fields__)}"
        )
    lines: dict[Key, int] = {}
    try:
        data = _plain(loaded, (), lines)
    except RecursionError as error:
        raise ConfigError(f"{path}:1: expected a config.yaml, got an alias that holds itself") from error
    if len(lines) > _MOST_VALUES:
        raise ConfigError(f"{path}:1: expected a config.yaml, got more than {_MOST_VALUES:,} values")
    return _set(data), lines


def _plain(value: Any, key: Key, lines: dict[Key, int]) -> Any:
    if len(lines) > _MOST_VALUES:
        return None
    if isinstance(value, CommentedMap):
        for name in value:
            lines[(*key, str(name))] = value.lc.key(name)[0] + 1 if name in (value.lc.data or {}) else lines.get(key, 1)
        return {str(name): _plain(item, (*key, str(name)), lines) for name, item in value.items()}
    if isinstance(value, CommentedSeq):
        for position in range(len(value)):
            lines[(*key, position)] = value.lc.item(position)[0] + 1 if position in (value.lc.data or {}) else lines.get(key, 1)
        return [_plain(item, (*key, position), lines) for position, item in enumerate(value)]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value if value is None else str(value)


def _line(key: Key, lines: Mapping[Key, int]) -> int:
    while key:
        if key in lines:
            return lines[key]
        key = key[:-1]
    return 1


def write(settings: Settings, before: str) -> str:
    """A config.yaml with these settings' values in it."""
    yaml = _yaml()
    yaml.representer.add_representer(type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null"))
    document = yaml.load(before)
    if not isinstance(document, CommentedMap):
        document = CommentedMap()
    values = msgspec.to_builtins(settings)
    _fill(document, values, msgspec.to_builtins(checked(_set(_plain(document, (), {})))))
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _set(data: Mapping[str, Any]) -> dict[str, Any]:
    # A section whose keys are all commented out is null in YAML.
    return {key: value for key, value in data.items() if value is not None or key not in Settings.__struct_fields__}


def _fill(document: Any, values: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Set what differs; what does not keeps its writing."""
    for key, value in values.items():
        if before[key] == value:
            continue
        if isinstance(value, Mapping) and key != "custom":
            if not isinstance(document.get(key), CommentedMap):
                document[key] = CommentedMap()
            _fill(document[key], value, before[key])
        else:
            document[key] = _flowing(value)


def _flowing(value: Any) -> Any:
    """Lists of plain values on one line, as the default writes them."""
    if not isinstance(value, list) or any(isinstance(item, Mapping) for item in value):
        return value
    line = CommentedSeq(value)
    line.fa.set_flow_style()
    return line
