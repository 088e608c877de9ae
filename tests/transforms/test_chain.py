"""Building the chain, and what it does when a transform or a record is odd."""

from __future__ import annotations

import copy
import sys

import msgspec
import pytest

from presslift.config import BUILT_IN_TRANSFORMS, Settings
from presslift.errors import ConfigError
from presslift.records import Article, Comment, CommentAuthor, Footnote, Ref
from presslift.transforms import BUILT_IN, Context, apply, build_chain

CONTEXT = Context(
    base_url="https://site.example/",
    site_hosts=frozenset({"site.example"}),
    timezone="Europe/Madrid",
    language="es_ES",
    article_id={"https://site.example/b/": "b" * 16}.get,
)


def test_config_and_chain_name_the_same_transforms():
    assert BUILT_IN == BUILT_IN_TRANSFORMS
    assert [t.name for t in build_chain(Settings().transforms)] == list(BUILT_IN)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"use": "clean_htlm"}, r"transforms\[0\]: use: expected a transform, got 'clean_htlm'; did you mean clean_html\?"),
        ({"use": "zzz"}, r"known are lazy_media, .*; your own is written module:function"),
        ({"use": "clean_html", "keep_shortcode": True}, r"clean_html: unknown option 'keep_shortcode'; did you mean keep_shortcodes\?"),
        ({"use": "text", "x": 1}, r"text: unknown option 'x'; it takes none"),
        ({"use": "no_such_module:shout"}, r"no_such_module:shout: the module can't be imported"),
        ({"use": "json:dump_s"}, r"no 'dump_s' in json; did you mean dumps\?"),
        ({"use": "string:digits"}, r"expected a function, got str"),
        ({}, r"expected use: NAME, got None"),
    ],
)
def test_bad_entries_are_named(item, expected):
    with pytest.raises(ConfigError, match=expected):
        build_chain([item])


def test_own_transform_beside_config(tmp_path):
    (tmp_path / "my_shouting.py").write_text(
        "import msgspec\n"
        "def shout(article, context, *, mark='!'):\n"
        "    return msgspec.structs.replace(article, title=article.title.upper() + mark)\n"
    )
    chain = build_chain([{"use": "my_shouting:shout", "mark": "?"}], folder=tmp_path)
    assert apply(chain, Article(title="hi"), CONTEXT).title == "HI?"


def test_own_transform_that_fails_is_left_out(tmp_path):
    (tmp_path / "my_failing.py").write_text(
        "def spoil(article, context):\n    article.title = 'spoilt'\n    raise KeyError('x')\n\ndef forget(article, context):\n    pass\n"
    )
    chain = build_chain([{"use": "my_failing:spoil"}, {"use": "my_failing:forget"}, {"use": "text"}], folder=tmp_path)
    article = Article(title="kept", body_html="<p>Words</p>")
    result = apply(chain, article, CONTEXT)
    assert (result.title, result.body_text) == ("kept", "Words")
    assert result.extraction.warnings == [
        "transform my_failing:spoil failed and was left out: KeyError: 'x' (my_failing.py:3 in spoil)",
        "transform my_failing:forget failed and was left out: NoRecord: it returned NoneType where a record was expected",
    ]
    assert article.title == "kept" and not article.extraction.warnings


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("article.custom['x'] = object()", "NoRecord: it returned a record that can't be written: Encoding objects of type object"),
        ("article.title = 5", "NoRecord: it returned a record that can't be written: Expected `str | null`, got `int`"),
        ("raise SystemExit(3)", "SystemExit: 3 (my_odd.py:2 in odd)"),
        ("return odd(article, context)", "RecursionError: maximum recursion depth exceeded"),
        ("raise LookupError(object())", "LookupError: <object object at 0x…> (my_odd.py:2 in odd)"),
    ],
)
def test_whatever_an_own_transform_does_the_record_stays(tmp_path, monkeypatch, line, said):
    monkeypatch.delitem(sys.modules, "my_odd", raising=False)
    (tmp_path / "my_odd.py").write_text(f"def odd(article, context):\n    {line}\n    return article\n")
    failed = []
    chain = build_chain([{"use": "my_odd:odd"}, {"use": "text"}], folder=tmp_path)
    article = Article(title="kept", body_html="<p>Words</p>")
    result = apply(chain, article, CONTEXT, lambda name, error: failed.append((name, type(error).__name__)))
    assert (result.title, result.body_text, result.custom) == ("kept", "Words", {})
    assert result.extraction.warnings[0].startswith(f"transform my_odd:odd failed and was left out: {said}")
    assert failed == [("my_odd:odd", said.partition(":")[0])]


def test_what_an_own_transform_writes_is_what_formats_can_carry(tmp_path):
    (tmp_path / "my_signs.py").write_text(
        "import datetime\ndef signs(article, context):\n    article.title = 'a\\x01b\\ud800'\n    article.custom = {'when': datetime.date(2024, 5, 1)}\n    return article\n"
    )
    result = apply(build_chain([{"use": "my_signs:signs"}], folder=tmp_path), Article(title="x"), CONTEXT)
    assert (result.title, result.custom) == ("ab", {"when": "2024-05-01"})


def rich_article() -> Article:
    return Article(
        id="a" * 16,
        url="https://site.example/a/",
        published="2024-03-01T10:00:00",
        body_html='<div><p>One<sup class="presslift-note" data-note="1" data-ref="1"></sup> [gallery ids="1"] '
        '<a href="/b/#part">two</a></p><figure><img data-src="/c-300x200.jpg"><figcaption>Cap</figcaption></figure></div>',
        footnotes=[Footnote(index=1, marker="[1]", html="A <b>note</b>", text="A note", style="x", refs=[Ref(place="body")])],
        comments=[Comment(id=1, author=CommentAuthor(name="C"), html="<p onclick=x>hi</p>", date="2024-03-02T10:00:00")],
    )


def test_no_transform_changes_its_input():
    article = rich_article()
    for transform in build_chain(Settings().transforms):
        before = copy.deepcopy(article)
        result = transform.function(article, CONTEXT, **transform.options)
        assert article == before, transform.name
        article = result


def test_chain_gives_the_same_twice_and_is_settled():
    chain = build_chain(Settings().transforms)
    first = apply(chain, rich_article(), CONTEXT)
    assert msgspec.json.encode(first) == msgspec.json.encode(apply(chain, rich_article(), CONTEXT))
    again = apply(chain, first, CONTEXT)
    for field in ("body_html", "body_text", "body_markdown", "links", "media", "published", "footnotes", "comments"):
        assert getattr(again, field) == getattr(first, field), field


def test_without_a_body():
    result = apply(build_chain(Settings().transforms), Article(title="t"), CONTEXT)
    assert (result.body_html, result.body_text, result.body_markdown, result.word_count) == (None, None, None, None)
    assert result.links == result.media == result.embeds == []
    assert apply(build_chain(Settings().transforms), Article(body_html=""), CONTEXT).body_text == ""


def test_control_characters():
    article = Article(
        title="a\x01b",
        body_html="<p>x\x0by&#x1;z &#2;w \ud800q\tr</p>",
        comments=[Comment(id=1, author=CommentAuthor(name="\x7fMe"), html="<p>h&#1;i</p>", text="h\x02i")],
        custom={"k\x03": ["v\x04"]},
    )
    result = apply(build_chain(Settings().transforms), article, CONTEXT)
    assert result.title == "ab"
    assert result.body_html == "<p>xyz w q r</p>"
    assert (result.comments[0].author.name, result.comments[0].html, result.comments[0].text) == ("Me", "<p>hi</p>", "hi")
    assert result.custom == {"k": ["v"]}
    assert "control character U+0001 removed from title at 1" in result.extraction.warnings
    assert "control character U+0002 removed from comments[0].text at 1" in result.extraction.warnings
    text = msgspec.json.encode(result).decode()
    assert not any(f"\\u00{n:02x}" in text for n in range(32))


def test_ordinary_references_stay():
    result = apply(build_chain([{"use": "text"}]), Article(body_html="<p>&#100; &#x41; &#8220; &#13;</p>"), CONTEXT)
    assert result.body_text == "d A “"
    assert not result.extraction.warnings


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul", "b", "span", "figure", "sup", "details"])
def test_deep_nesting_loses_no_words(tag):
    html = f"<{tag}>" * 5000 + "deep" + f"</{tag}>" * 5000 + "<p>after</p>"
    result = apply(build_chain(Settings().transforms), Article(body_html=html), CONTEXT)
    assert result.body_text.split() == ["deep", "after"]
    assert result.body_markdown.split() == ["deep", "after"]


@pytest.mark.parametrize(
    "piece", ["[", '[a b="', "[a_b c=d ", "*_`<&[", "<ul><li>", "<a href=x>", "<noscript><img src=x>", "a,", " \u00a0"]
)
def test_long_repetitions_take_bounded_time(piece):
    apply(build_chain(Settings().transforms), Article(body_html=f"<p>{piece * 5000}<img srcset='{'a,' * 5000}'></p>"), CONTEXT)
