"""config.yaml: what it says, what it refuses and how it says so."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from presslift.config import SECTIONS, CustomField, Settings, default_text, dump, load_settings, override, settings_schema
from presslift.errors import ConfigError, UsageError

TOP = Path(__file__).parents[1] / "config.yaml"


@pytest.fixture
def message(tmp_path):
    """The error a text gives, without the folder in front."""

    def of(text: str | bytes) -> str:
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ConfigError) as caught:
            load_settings(path)
        assert "\n" not in str(caught.value)
        return str(caught.value).removeprefix(f"{tmp_path}/")

    return of


def test_file_at_the_top_is_the_one_inside_the_package():
    assert TOP.read_text(encoding="utf-8") == default_text()


def test_default_file_says_the_defaults():
    assert load_settings(TOP) == Settings() == load_settings(None)


def test_every_setting_stands_in_the_default_file():
    document = YAML(typ="safe").load(default_text())
    assert list(document) == list(Settings.__struct_fields__)
    for section in SECTIONS:
        assert list(document[section]) == list(getattr(Settings(), section).__struct_fields__)


def test_every_setting_has_a_comment():
    schema = settings_schema()
    for section in SECTIONS:
        name = type(getattr(Settings(), section)).__name__
        for key, node in schema["$defs"][name]["properties"].items():
            assert node.get("description"), f"{section}.{key}"


def test_schema_takes_the_default_and_refuses_what_the_loader_refuses():
    validator = Draft202012Validator(settings_schema())
    assert validator.is_valid(YAML(typ="safe").load(default_text()))
    assert not validator.is_valid({"fetch": {"delay": -1}})
    assert not validator.is_valid({"fetsh": {}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fetch:\n  delya: 3", r"config.yaml:2: fetch.delya: expected one of user_agent, .*, got an unknown key; did you mean delay\?"),
        ("fecth: {}", r"config.yaml:1: fecth: expected one of site, .*; did you mean fetch\?"),
        ("fetch:\n  # slow\n  delay: fast", r"config.yaml:3: fetch.delay: expected a number, got 'fast'"),
        ("fetch:\n  delay: -1", r"config.yaml:2: fetch.delay: expected a number >= 0, got -1"),
        ("fetch:\n  timeout: .inf", r"config.yaml:2: fetch.timeout: expected a number <= 86400, got inf"),
        ("fetch: {max_size: 1.5}", r"config.yaml:1: fetch.max_size: expected a whole number, got 1.5"),
        ("fetch: 3", r"config.yaml:1: fetch: expected keys and values, got 3"),
        ('fetch:\n  user_agent: "a\\nb"', r"config.yaml:2: fetch.user_agent: expected one line that can be sent as a header"),
        ("scope:\n  comments: yes", r"config.yaml:2: scope.comments: expected true or false, got 'yes'; write true or false"),
        ("scope:\n  media: al", r"config.yaml:2: scope.media: expected one of all, content, none, got 'al'; did you mean all\?"),
        ("scope:\n  types: post", r"config.yaml:2: scope.types: expected a list, got 'post'"),
        ("scope:\n  limit: 0", r"config.yaml:2: scope.limit: expected a whole number >= 1"),
        ("scope:\n  include:\n    - ok\n    - '('", r"config.yaml:4: scope.include\[1\]: expected a regular expression \(missing \)"),
        ("scope:\n  exclude: ['*']", r"config.yaml:2: scope.exclude\[0\]: expected a regular expression"),
        ("scope:\n  since: 2024-13-01", r"config.yaml:2: scope.since: expected a day as yyyy-mm-dd, got '2024-13-01'"),
        ("scope:\n  since: yesterday", r"config.yaml:2: scope.since: expected a day"),
        ("site:\n  timezone: Europe/Madird", r"config.yaml:2: site.timezone: expected an IANA time zone.*did you mean Europe/Madrid\?"),
        ("site:\n  language: Spanish!", r"config.yaml:2: site.language: expected a language tag"),
        ("site:\n  aliases: ['https://a.example/']", r"config.yaml:2: site.aliases\[0\]: expected a host name without scheme"),
        ("transforms:\n  - use: clean_htlm", r"config.yaml:2: transforms\[0\].use: expected one of .*did you mean clean_html\?"),
        ("transforms:\n  - links", r"config.yaml:2: transforms\[0\]: expected keys and values, got 'links'"),
        ("transforms:\n  - use: text\n  - option: 1", r"config.yaml:3: transforms\[1\]: expected use: NAME"),
        ("export:\n  formats: [jsonl, cvs]", r"config.yaml:2: export.formats\[1\]: expected one of .*; did you mean csv\?"),
        ("export:\n  csv_bodies: [body]", r"config.yaml:2: export.csv_bodies\[0\]: expected one of body_html, body_markdown, content_html"),
        ("sync:\n  max_removed_share: 5", r"config.yaml:2: sync.max_removed_share: expected a number <= 1, got 5"),
        (
            "sync:\n  listing_every: daily",
            r"config.yaml:2: sync.listing_every: expected a span of time such as 30m, 6h, 1d or 2w, got 'daily'",
        ),
        ("sync:\n  discover_every: 0d", r"config.yaml:2: sync.discover_every: expected a span of time"),
        ("sync:\n  allowed_hours: 22-6", r"config.yaml:2: sync.allowed_hours: expected hours such as 22:00-06:00, got '22-6'"),
        ("custom:\n  x: {selector: '>>'}", r"config.yaml:2: custom.x.selector: expected a CSS selector"),
        ("custom:\n  x: {selectr: a}", r"config.yaml:2: custom.x.selectr: .*did you mean selector\?"),
        ("custom:\n  x: {many: true}", r"config.yaml:2: custom.x: expected a selector or a path in REST \(rest\), got neither"),
        ("fetch:\n  delay: 1\n  delay: 2", r"config.yaml:3: delay: stands here twice; keep one"),
        ("a: b: c", r"config.yaml:1: not valid YAML: "),
        ("fetch:\n\tdelay: 1", r"config.yaml:2: not valid YAML: "),
        ("- a\n- b", r"config.yaml:1: expected keys and values, got a list; the sections are site, scope"),
        ("just words", r"config.yaml:1: expected keys and values, got 'just words'"),
        ("---\nlog: {}\n---\nlog: {}", r"config.yaml:3: not valid YAML: "),
        ("log: {}\n# caf\xe9".encode("latin-1"), r"config.yaml:2: expected UTF-8, got the byte 0xe9; save the file as UTF-8"),
        ("log:\n" + "[" * 3000, r"config.yaml:[12]: not valid YAML: "),
    ],
)
def test_error_names_file_line_key_and_remedy(message, text, expected):
    assert re.match(expected, message(text)), message(text)


def test_tags_and_aliases_do_no_harm(message, tmp_path):
    assert "unknown key" in message(f"a: !!python/object/apply:os.mkdir ['{tmp_path}/made']")
    assert not (tmp_path / "made").exists()
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert "got more than" in message(f"l0: &l0 [1]\n{levels}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("custom: " + "[" * 10_000 + "]" * 10_000, "config.yaml:1: expected a config.yaml, got more than 20 levels of keys and lists"),
        ("[" * 500_000, "config.yaml:1: expected a config.yaml, got more than 20 levels of keys and lists"),
        (
            "".join(" " * depth + "a:\n" for depth in range(1_000)),
            "config.yaml:20: expected a config.yaml, got more than 20 levels of keys and lists",
        ),
        ("custom: [" + "x," * 100_000 + "]", "config.yaml:1: expected a config.yaml, got more than 20,000 values"),
        (
            "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
            "config.yaml:1: expected a config.yaml, got more than 20,000 values",
        ),
    ],
)
def test_deep_and_endless_files_are_refused_unread(message, text, expected):
    assert message(text) == expected


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ConfigError, match="no such file; `presslift config"):
        load_settings(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="expected a file, got a folder"):
        load_settings(tmp_path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "fetch:\n", "\ufefflog:\n  format: text\n"])
def test_what_is_left_out_keeps_its_default(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_settings(path) == Settings()


def test_own_transform_and_day_are_taken(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("scope:\n  since: 2024-02-03\ntransforms:\n  - {use: 'mine.sub:shout', loud: true}\n", encoding="utf-8")
    settings = load_settings(path)
    assert settings.scope.since == "2024-02-03"
    assert settings.transforms == [{"use": "mine.sub:shout", "loud": True}]


def test_flags_win_and_leave_the_settings_as_they_were():
    settings = Settings()
    changed = override(settings, limit=5, delay=0, formats=("csv",), robots=False, comments=None)
    assert (changed.scope.limit, changed.fetch.delay, changed.export.formats, changed.fetch.robots) == (5, 0, ["csv"], False)
    assert changed.scope.comments is True
    assert settings == Settings()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"limit": -3}, r"--limit: expected a whole number >= 1, got -3"),
        ({"include": ["("]}, r"--include: expected a regular expression"),
        ({"formats": ["cvs"]}, r"--formats: .*did you mean csv\?"),
        ({"max_size": "big"}, r"--max-size: expected a whole number, got 'big'"),
    ],
)
def test_bad_flags_are_named(flags, expected):
    with pytest.raises(UsageError, match=expected):
        override(Settings(), **flags)


def test_override_refuses_what_is_no_setting():
    with pytest.raises(TypeError, match="'speed'"):
        override(Settings(), speed=3)


def test_dump_of_the_defaults_is_the_default_file():
    assert dump(Settings()) == default_text()


def test_dump_is_read_back_to_the_same(tmp_path):
    settings = override(Settings(), limit=5, include=["^/a#: \"b'", "\\d+"], since="2024-01-01", language="es", user_agent='me: # "x"')
    settings = msgspec.structs.replace(
        settings,
        custom={"pdf": CustomField(selector="a.x", attribute="href", many=True)},
        transforms=[{"use": "text"}, {"use": "mine:shout", "words": ["a", "b"]}],
    )
    path = tmp_path / "config.yaml"
    path.write_text(dump(settings), encoding="utf-8")
    assert load_settings(path) == settings
    assert "# Seconds for one whole response." in path.read_text(encoding="utf-8")
