"""What is body and what is not: a page for each row of the contract, through ``extract``."""

from __future__ import annotations

import re

import pytest

import presslift
from presslift.config import Settings
from presslift.records import Article

URL = "https://press.example.org/2024/05/the-old-bridge/"
FIRST = "The old bridge over the river was closed for repairs after the flood of last spring, and the council is silent."
LAST = "Shopkeepers on the far bank count their losses, and the ferry that was hired for the summer carries no lorries."
TITLE = "What a bridge is worth"


def page(inside: str, *, before: str = "", after: str = "", around: str = "", head: str = "") -> str:
    return (
        f"<!doctype html><html lang='en-US'><head><title>{TITLE} – Press</title><link rel='canonical' href='{URL}'>{head}</head>"
        "<body class='post-template-default single single-post postid-7'><header><p class='site-title'><a href='/'>Press</a></p>"
        "<nav class='main-navigation'><ul><li><a href='/about/'>About the press</a></li></ul></nav></header><main><article class='post-7 post type-post "
        f"status-publish format-standard has-post-thumbnail hentry category-roads'><h1 class='entry-title'>{TITLE}</h1>{before}"
        f"<div class='entry-content'><p>{FIRST}</p>{inside}<p>{LAST}</p></div>{after}</article>{around}</main>"
        "<aside class='widget-area'><h2>Recent posts</h2><ul><li><a href='/other/'>Another post entirely</a></li></ul></aside>"
        "<footer>Powered by WordPress</footer></body></html>"
    )


def read(inside: str, **parts: str) -> Article:
    article = presslift.extract(page(inside, **parts), URL)
    for text in (article.body_text or "", plain(article.body_markdown or ""), plain(article.body_html or "")):
        assert FIRST in text and LAST in text, "the paragraphs around it"
        assert "About the press" not in text and "Another post entirely" not in text and "Powered by" not in text
    return article


def plain(written: str) -> str:
    return re.sub(r"<[^>]+>|[*\\]", "", written)


INSIDE = {
    "heading": ("<h2>The two banks</h2>", ["The two banks"], "## The two banks"),
    "list": ("<ul><li>Bread</li><li>Oil</li></ul>", ["Bread", "Oil"], "- Bread\n- Oil"),
    "ordered list": ("<ol><li>First, bread</li><li>Then, oil</li></ol>", ["First, bread", "Then, oil"], "1. First, bread\n2. Then, oil"),
    "table": (
        "<figure class='wp-block-table'><table><thead><tr><th>Bank</th><th>Loss</th></tr></thead><tbody><tr><td>North</td><td>12</td></tr></tbody></table></figure>",
        ["Bank", "Loss", "North", "12"],
        "| Bank | Loss |",
    ),
    "code": ("<pre class='wp-block-code'><code>for bank in banks:\n    close(bank)</code></pre>", ["for bank in banks:\n    close(bank)"], "    close(bank)"),
    "quote": ("<blockquote class='wp-block-quote'><p>We wait.</p><cite>A miller</cite></blockquote>", ["We wait.", "A miller"], "> We wait."),
    "pull quote": (
        "<figure class='wp-block-pullquote'><blockquote><p>A river has two banks.</p></blockquote></figure>",
        ["A river has two banks."],
        "> A river has two banks.",
    ),
    "verse": ("<pre class='wp-block-verse'>The river runs\nand does not wait</pre>", ["The river runs\nand does not wait"], "The river runs\\\nand does not wait"),
    "details": (
        "<details class='wp-block-details'><summary>And the cost?</summary><p>Nobody has counted it.</p></details>",
        ["And the cost?", "Nobody has counted it."],
        "Nobody has counted it.",
    ),
    "FAQ of Yoast": (
        "<div class='schema-faq wp-block-yoast-faq-block'><div class='schema-faq-section'><strong class='schema-faq-question'>When does it open?</strong> "
        "<p class='schema-faq-answer'>In the autumn, says the mayor.</p></div></div>",
        ["When does it open?", "In the autumn, says the mayor."],
        "In the autumn, says the mayor.",
    ),
    "FAQ of Rank Math": (
        "<div id='rank-math-faq' class='rank-math-block'><div class='rank-math-list'><div class='rank-math-list-item'><h3 class='rank-math-question'>Who pays?</h3>"
        "<div class='rank-math-answer'><p>The province, one hopes.</p></div></div></div></div>",
        ["Who pays?", "The province, one hopes."],
        "### Who pays?",
    ),
    "accordion": (
        "<div class='elementor-accordion'><div class='elementor-accordion-item'><div class='elementor-tab-title'><a>How long is it?</a></div>"
        "<div class='elementor-tab-content' style='display:none'><p>Two hundred metres.</p></div></div></div>",
        ["How long is it?", "Two hundred metres."],
        "Two hundred metres.",
    ),
    "review": (
        "<div class='review-box wp-review'><h4 class='review-title'>Our verdict</h4><ul class='review-list'><li>Strength of the piers</li></ul>"
        "<p class='review-summary'>Sound under the water, rotten above it.</p></div>",
        ["Our verdict", "Strength of the piers", "Sound under the water, rotten above it."],
        "Sound under the water, rotten above it.",
    ),
    "recipe": (
        "<div class='wprm-recipe-container'><div class='wprm-recipe'><h2 class='wprm-recipe-name'>Ferryman's soup</h2><div class='wprm-recipe-ingredients-container'>"
        "<ul class='wprm-recipe-ingredients'><li class='wprm-recipe-ingredient'>two onions</li></ul></div><div class='wprm-recipe-instructions-container'>"
        "<ul><li class='wprm-recipe-instruction'>Fry the onions slowly in the oil.</li></ul></div></div></div>",
        ["Ferryman's soup", "two onions", "Fry the onions slowly in the oil."],
        "- two onions",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_what_an_editor_writes_is_body(name: str) -> None:
    html, texts, markdown = INSIDE[name]
    article = read(html)
    for text in texts:
        assert text in (article.body_text or ""), article.body_text
    assert markdown in (article.body_markdown or ""), article.body_markdown
    if name == "pull quote":
        assert article.lead_quote == texts[0]


def test_captions_are_body_as_captions() -> None:
    article = read(
        "<figure class='wp-block-image'><img src='/u/pier-300x200.jpg' alt='A pier in mud' class='wp-image-4'><figcaption>The third pier. Photo: Eva Holm</figcaption></figure>"
        "<div class='wp-caption'><img src='/u/mill.jpg' alt=''><p class='wp-caption-text'>The mill.</p></div>"
    )
    assert "<figcaption>The third pier. Photo: Eva Holm</figcaption>" in (article.body_html or "")
    assert [(m.caption, m.credit, m.alt) for m in article.media] == [
        ("The third pier. Photo: Eva Holm", "Eva Holm", "A pier in mud"),
        ("The mill.", None, None),
    ]
    assert "The third pier." in (article.body_text or "") and "The mill." in (article.body_text or "")


def test_in_text_see_also_lines_are_body_and_related() -> None:
    article = read("<p>See also: <a href='/2023/01/the-ferry/'>The ferry</a></p>")
    assert "See also: The ferry" in (article.body_text or "")
    assert [(r.place, r.title, r.url) for r in article.related] == [("inline", "The ferry", "https://press.example.org/2023/01/the-ferry/")]
    assert [link.text for link in article.links] == ["The ferry"]


NOTES = "<h3>Notes</h3><ol class='notes'><li id='n1'>Minutes of May. <a href='#m1'>↩</a></li><li id='n2'>Minutes of <em>June</em>. <a href='#m2'>↩</a></li></ol>"
MARKED = (
    "<p>It sank<sup><a href='#n1' id='m1'>1</a></sup>, slowly, by 10<sup>2</sup> millimetres<sup><a href='#n2' id='m2'>2</a></sup>. "
    "Again<sup><a href='#n1' id='m3'>1</a></sup>.</p>"
)


def test_markers_have_one_normal_form() -> None:
    article = read(MARKED + NOTES)
    html, markdown, text = article.body_html or "", article.body_markdown or "", article.body_text or ""
    for anchor, number in (("fnref-1", 1), ("fnref-2", 2), ("fnref-1-2", 1)):
        assert f'<sup id="{anchor}"><a href="#fn-{number}">[{number}]</a></sup>' in html
    assert "It sank[^1], slowly" in markdown and "millimetres[^2]. Again[^1]." in markdown
    assert "It sank [1], slowly, by 10² millimetres [2]. Again [1]." in text
    assert [(n.index, [(r.place, r.anchor) for r in n.refs]) for n in article.footnotes] == [
        (1, [("body", "fnref-1"), ("body", "fnref-1-2")]),
        (2, [("body", "fnref-2")]),
    ]
    assert article.links == [], "markers are no links"


def test_the_list_of_notes_and_its_heading_are_not_body() -> None:
    article = read(MARKED + NOTES)
    assert [(n.marker, n.text, n.html) for n in article.footnotes] == [
        ("1", "Minutes of May.", "Minutes of May."),
        ("2", "Minutes of June.", "Minutes of <em>June</em>."),
    ]
    for body in (article.body_html, article.body_markdown, article.body_text):
        assert "Minutes" not in (body or "") and "Notes" not in (body or "")
    content = article.content_html or ""
    ids = set(re.findall(r'id="([^"]+)"', content))
    assert {target for target in re.findall(r'href="#([^"]+)"', content)} <= ids and {"fn-1", "fn-2"} <= ids
    assert content.count("Minutes of") == 2 and content.startswith(article.body_html or "?")


def test_byline_date_and_language_lines_are_fields() -> None:
    lines = "<p>By Dr. Ada Lund<sup>*</sup></p><p><em>May 3, 2024</em></p><p><a href='/es/el-puente/'>Leer en español</a></p>"
    after = "<p>* Ada Lund teaches history at the old school.</p>"
    html = page("<p>More was said.</p>" + after).replace(f"<p>{FIRST}", f"{lines}<p>{FIRST}")
    article = presslift.extract(html, URL)
    assert article.byline is not None and article.byline.startswith("By Dr. Ada Lund")
    assert [a.name for a in article.authors] == ["Dr. Ada Lund"]
    assert [(t.language, t.url) for t in article.translations] == [("es", "https://press.example.org/es/el-puente/")]
    assert article.published_date == "2024-05-03"
    (note,) = article.footnotes
    assert (note.marker, note.text, [r.place for r in note.refs]) == ("*", "Ada Lund teaches history at the old school.", ["byline"])
    for body in (article.body_html, article.body_markdown, article.body_text):
        assert "Ada Lund" not in (body or "") and "May 3" not in (body or "") and "español" not in (body or "")
    assert '<li id="fn-1">Ada Lund teaches history' in (article.content_html or ""), "a note of the byline stands in the content"


CARDS = "".join(f"<li><a href='/2023/0{n}/post-{n}/'><img src='/u/{n}.jpg' alt=''>Stranger {n}</a></li>" for n in range(1, 4))
OUTSIDE = {
    "title": f"<h1>{TITLE}</h1>",
    "featured image": "<figure class='post-thumbnail'><img class='wp-post-image' src='/u/stranger.jpg' alt='Stranger'></figure>",
    "related box of Jetpack": f"<div id='jp-relatedposts' class='jp-relatedposts'><h3 class='jp-relatedposts-headline'>Related</h3><ul>{CARDS}</ul></div>",
    "related box of YARPP": f"<div class='yarpp yarpp-related'><h3>Related posts:</h3><ol>{CARDS}</ol></div>",
    "share bar": "<div class='sharedaddy sd-sharing-enabled'><h3 class='sd-title'>Stranger: share this</h3><ul><li class='share-twitter'><a href='https://twitter.com/share?x'>Twitter</a></li></ul></div>",
    "sign-up": "<div class='mc4wp-form newsletter-signup'><h3>Stranger: subscribe to our newsletter</h3><form><p>Get it by mail.</p><input type='email'><button>Sign up</button></form></div>",
    "author box": "<div class='saboxplugin-wrap'><div class='saboxplugin-authorname'><a href='/author/stranger/'>Stranger</a></div><div class='saboxplugin-desc'>Stranger writes on rivers.</div></div>",
    "contents list": "<div id='toc_container' class='toc'><p class='toc_title'>Contents</p><ul><li><a href='#a'>Stranger one</a></li><li><a href='#b'>Stranger two</a></li></ul></div>",
    "post navigation": "<nav class='post-navigation'><h2 class='screen-reader-text'>Post navigation</h2><a rel='prev' href='/2023/04/p/'>Stranger before</a></nav>",
    "rating": "<div class='kk-star-ratings kksr-auto'><div class='kksr-stars'></div><div class='kksr-legend'>Stranger 4.5/5 - (12 votes)</div></div>",
    "advertisement": "<div class='adsbygoogle ad-container'><p>Advertisement</p><a href='https://ads.example.com/'>Stranger goods</a></div>",
    "comments": "<div id='comments' class='comments-area'><h2 class='comments-title'>One thought</h2><ol class='comment-list'><li id='comment-3' class='comment'><article class='comment-body'><b class='fn'>Stranger</b><div class='comment-content'><p>Stranger says so.</p></div></article></li></ol></div>",
}  # fmt: skip


@pytest.mark.parametrize(("name", "where"), [(n, w) for n in OUTSIDE for w in ("inside", "after") if (n, w) != ("title", "after")])
def test_what_the_site_prints_around_it_is_not_body(name: str, where: str) -> None:
    if where == "inside" and name in ("title", "featured image"):
        html = page("").replace(f"<p>{FIRST}", f"{OUTSIDE[name]}<p>{FIRST}")
        article = presslift.extract(html, URL)
    else:
        article = read(OUTSIDE[name] if where == "inside" else "", after=OUTSIDE[name] if where == "after" else "")
    for body in (article.body_html, article.body_markdown, article.body_text):
        assert "tranger" not in (body or "") and TITLE not in (body or ""), body
    if name.startswith("related"):
        assert [(r.title, r.place) for r in article.related] == [(f"Stranger {n}", "box") for n in range(1, 4)]
    if name == "comments":
        assert [(c.author.name, c.text) for c in article.comments] == [("Stranger", "Stranger says so.")]
    if name == "featured image":
        assert article.featured_image == "https://press.example.org/u/stranger.jpg"


def test_promotion_is_not_body() -> None:
    promotion = "<div class='wp-block-group cta-box promo'><h3>Support our journalism</h3><p>Become a member today and get the tote bag.</p><a class='button' href='/join/'>Join now</a></div>"
    article = read(promotion)
    assert "tote bag" not in (article.body_text or "") and "Join now" not in (article.body_text or "")


def test_alternative_text_and_embed_code_are_not_text() -> None:
    article = read(
        "<p><img src='/u/ferry.jpg' alt='A ferry at dusk'></p><figure class='wp-block-embed'><div class='wp-block-embed__wrapper'>"
        "<iframe title='The flood' src='https://www.youtube.com/embed/abcdefghijk?feature=oembed' width='500' height='281'></iframe></div></figure>"
        "<script>var ferry = 'code';</script><style>.x{color:red}</style>"
    )
    text = article.body_text or ""
    assert "A ferry at dusk" not in text and "youtube" not in text and "var ferry" not in text and "color" not in text
    assert [(m.url, m.alt) for m in article.media] == [("https://press.example.org/u/ferry.jpg", "A ferry at dusk")]
    assert [(e.provider, e.url, e.title) for e in article.embeds] == [
        ("YouTube", "https://www.youtube.com/watch?v=abcdefghijk", "The flood")
    ]
    assert "<https://www.youtube.com/watch?v=abcdefghijk>" in (article.body_markdown or "")


def test_a_note_without_a_marker_is_never_dropped() -> None:
    article = read(MARKED.replace("<sup><a href='#n2' id='m2'>2</a></sup>", "") + NOTES)
    assert [(n.text, len(n.refs)) for n in article.footnotes] == [("Minutes of May.", 2), ("Minutes of June.", 0)]
    assert any("no marker" in w for w in article.extraction.warnings)
    assert "Minutes of <em>June</em>" in (article.content_html or "")


def test_links_to_another_host_of_the_site_are_internal() -> None:
    settings = Settings()
    settings.site.aliases = ["es.press.example.org"]
    html = page("<p><a href='https://es.press.example.org/el-puente/'>Aquí</a> y <a href='https://example.com/x'>allá</a></p>")
    assert [link.kind for link in presslift.extract(html, URL, config=settings).links] == ["internal", "external"]
