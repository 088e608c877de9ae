"""Footnotes: what is read of them, what stays in the text, and what is no note."""

from __future__ import annotations

from html import escape

import pytest

from presslift.scraper.parse.document import inner_html, read_document, read_fragment, select, text_of
from presslift.scraper.parse.footnotes import join_notes, read_core_meta, read_footnotes
from tests.noting import notes, read, shown


def test_zotpress_keeps_the_citation_and_links_its_entry() -> None:
    left, reading = read(
        '<p>It burned (<a id="i1" class="zp-ZotpressInText" href="#zp-3-KEY" title="x">Marsh, 1998</a>).</p>'
        '<div class="zp-Zotpress"><a id="zp-3-KEY"></a><div class="csl-bib-body">Marsh, A. (1998). Mills.</div></div>'
    )
    assert notes(reading) == [("Marsh, 1998", "Marsh, A. (1998). Mills.", 1)]
    assert left == "It burned (Marsh, 1998{1})."


def test_comments_of_a_shared_document_are_dropped_and_the_word_closes_up() -> None:
    left, reading = read(
        '<p>Headlin<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>e and<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup> text.</p><hr>'
        '<div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a> A note.</p></div><div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a> Too long?</p></div>'
    )
    assert left == "Headline and{1} text."
    assert notes(reading) == [("[1]", "A note.", 1)]


def test_the_block_editors_texts_come_from_rest_when_the_list_is_missing() -> None:
    extra = read_core_meta('[{"id": "a1", "content": "Census of <em>1911</em>."}, {"id": "zz", "content": "unused"}]')
    left, reading = read('<p>The mill<sup data-fn="a1" class="fn"><a href="#a1" id="a1-link">1</a></sup></p>', extra=extra)
    assert left == "The mill{1}"
    assert [n.html for n in reading.notes] == ["Census of <em>1911</em>."]


@pytest.mark.parametrize("meta", [None, "", "nonsense", "{}", "[1]", '[{"id": "a"}]', "[" * 5000])
def test_unreadable_meta_is_empty(meta: str | None) -> None:
    assert read_core_meta(meta) == {}


def test_the_byline_marker_of_an_unlinked_note() -> None:
    left, reading = read("<p>By: Dr. R. Evan Ellis[1]</p><p>Text of the article.</p><p>[1] The author is a professor.</p>")
    assert left == "By: Dr. R. Evan Ellis{1} Text of the article."
    assert notes(reading) == [("[1]", "The author is a professor.", 1)]
    assert [r.place for r in reading.notes[0].refs] == ["byline"]


def test_an_asterisk_apart_from_the_name_in_a_byline() -> None:
    left, reading = read("<p>By Ann Marsh *</p><p>Text of the article.</p><p>* Ann Marsh is a fellow.</p>")
    assert left == "By Ann Marsh {1} Text of the article."
    assert [(n.text, n.refs[0].place) for n in reading.notes] == [("Ann Marsh is a fellow.", "byline")]


def test_combined_notes_keep_a_ref_for_each_marker() -> None:
    row = (
        '<tr class="footnotes_plugin_reference_row"><th class="footnote_plugin_index_combi"><a id="footnote_plugin_reference_7_1_1" class="footnote_backlink">'
        '<span>↑</span>1</a>, <a id="footnote_plugin_reference_7_1_2" class="footnote_backlink"><span>↑</span>2</a></th><td class="footnote_plugin_text">Census.</td></tr>'
    )
    markers = [f'<sup id="footnote_plugin_tooltip_7_1_{n}" class="footnote_plugin_tooltip_text">{n}</sup>' for n in (1, 2)]
    left, reading = read(
        f'<p>It{markers[0]} burned{markers[1]}.</p><div class="footnotes_reference_container"><table class="footnote-reference-container"><tbody>{row}</tbody></table></div>'
    )
    assert left == "It{1} burned{1}."
    assert notes(reading) == [("1", "Census.", 2)]


def test_places() -> None:
    page = read_document(
        "<html><body><h1>The mill<sup>1</sup></h1><div class='entry-content'><p>By Ann Marsh*</p><p>It burned.<sup>2</sup></p>"
        "<table><tr><td>1911<sup>3</sup></td></tr></table><figure><img src='a.jpg'><figcaption>The wheel[4]</figcaption></figure><h2>Later<sup>5</sup></h2>"
        "<p>End.</p><hr><p>* A historian.</p><p><sup>1</sup> One.</p><p><sup>2</sup> Two.</p><p><sup>3</sup> Three.</p><p>[4] Four.</p><p><sup>5</sup> Five.</p>"
        "</div></body></html>"
    )
    reading = read_footnotes(select(page.root, ".entry-content")[0], page.root)
    assert [(n.text, n.refs[0].place) for n in reading.notes] == [
        ("One.", "title"),
        ("A historian.", "byline"),
        ("Two.", "body"),
        ("Three.", "table"),
        ("Four.", "caption"),
        ("Five.", "body"),
    ]


def test_a_list_outside_the_container_is_found_and_removed() -> None:
    page = read_document(
        '<html><body><div class="entry-content"><p>It burned<sup><a id="r1" href="#n1">1</a></sup>.</p></div>'
        '<div class="after"><h3>Notes</h3><ol><li id="n1">Census. <a href="#r1">↩</a></li></ol></div><p id="rest">Rest</p></body></html>'
    )
    reading = read_footnotes(select(page.root, ".entry-content")[0], page.root)
    assert notes(reading) == [("1", "Census.", 1)]
    assert text_of(page.root) == "It burned. Rest"


def test_repeated_references_keep_one_note() -> None:
    left, reading = read("<p>It burned[1] and burned[2] again[1].</p><p>[1] Census.</p><p>[2] Letters.</p>")
    assert left == "It burned{1} and burned{2} again{1}."
    assert [[r.anchor for r in n.refs] for n in reading.notes] == [["fnref-1", "fnref-1-2"], ["fnref-2"]]


def test_several_notes_in_one_marker() -> None:
    left, reading = read("<p>It burned[1, 2] and fell [2–3].</p><p>[1] A.</p><p>[2] B.</p><p>[3] C.</p>")
    assert left == "It burned{1}{2} and fell {2}{3}."
    assert notes(reading) == [("1", "A.", 1), ("2", "B.", 2), ("3", "C.", 1)]


def test_linked_markers_side_by_side_lose_their_comma() -> None:
    html = '<p>It<sup><a href="#a" id="ra">1</a>, <a href="#b" id="rb">2</a></sup></p><ol><li id="a">A. <a href="#ra">↩</a></li><li id="b">B. <a href="#rb">↩</a></li></ol>'
    container = read_fragment(html)
    read_footnotes(container)
    assert shown(container) == "It{1}{2}"
    assert not select(container, "sup sup")


def test_markers_whose_raising_was_lost_are_found_when_all_are() -> None:
    html = "<p>The mill burned1 twice.2 In 1911, 3 of 4.</p><h2>Notas</h2><ol><li>Census.</li><li>Letters.</li></ol>"
    left, reading = read(html)
    assert left == "The mill burned{1} twice.{2} In 1911, 3 of 4."
    assert notes(reading) == [("1", "Census.", 1), ("2", "Letters.", 1)]
    assert read(html.replace("twice.2", "twice."))[1].notes == []


def test_numbers_that_start_again_in_each_section() -> None:
    left, reading = read(
        "<h2>One</h2><p>It burned[1].</p><p>[1] Census.</p><h2>Two</h2><p>It stood[1] long[2].</p><p>[1] Letters.</p><p>[2] Diaries.</p>"
    )
    assert left == "One It burned{1}. Two It stood{2} long{3}."
    assert [n.text for n in reading.notes] == ["Census.", "Letters.", "Diaries."]


def test_order_of_first_mention_counts() -> None:
    left, reading = read("<p>Later[2], then[1].</p><p>[1] A.</p><p>[2] B.</p>")
    assert left == "Later{1}, then{2}."
    assert notes(reading) == [("[2]", "B.", 1), ("[1]", "A.", 1)]


def test_several_paragraphs_and_links_of_a_note_are_kept() -> None:
    _, reading = read(
        '<p>It burned[1], twice[2].</p><p>[1] First paragraph, see <a href="https://x.example/a">the register</a>.</p><p>Second paragraph.</p><p>[2] Letters.</p>'
    )
    assert reading.notes[0].html == '<p>First paragraph, see <a href="https://x.example/a">the register</a>.</p><p>Second paragraph.</p>'
    assert reading.notes[0].text == "First paragraph, see the register. Second paragraph."


def test_a_note_that_mentions_another() -> None:
    _, reading = read(
        '<p>It<a href="#_ftn1" name="_ftnref1">[1]</a></p><p><a href="#_ftnref1" name="_ftn1">[1]</a> See <a href="#_ftn2" name="_ftnref2">[2]</a>.</p>'
        '<p><a href="#_ftnref2" name="_ftn2">[2]</a> Deeper.</p>'
    )
    assert [n.text for n in reading.notes] == ["See .", "Deeper."]
    assert 'data-note="2"' in reading.notes[0].html


def test_what_is_printed_is_kept_on_the_placeholder() -> None:
    container = read_fragment("<p>It burned<sup>(1)</sup>.</p><p>(1) Census.</p>")
    read_footnotes(container)
    assert inner_html(container) == '<p>It burned<sup class="presslift-note" data-note="1" data-marker="(1)" data-ref="1"></sup>.</p>'


LOOK_ALIKES = {
    "years and asides": "<p>As Marsh (2019) and Ellis [2020] wrote [sic] … […] on page [1/3], 12 [votes].</p>",
    "exponents and units": "<p>10<sup>2</sup> hectares, 5 m<sup>2</sup>, 10², 8 km², CO<sub>2</sub>, x<sup>2</sup>, the 1<sup>er</sup> and 2<sup>a</sup>.</p>",
    "prices and trade marks": "<p>$9<sup>99</sup> for Mill™ and Wheel®, 5* hotels, l10n-*, a*b.</p>",
    "a contents list": '<div id="ez-toc-container"><ul><li><a href="#one">1</a></li><li><a href="#two">2</a></li></ul></div><h2 id="one">One</h2><p>A.</p><h2 id="two">Two</h2><p>B.</p>',
    "a contents list of its own": '<ol><li><a href="#one">1</a></li></ol><h2 id="one">One</h2><p>Text.</p>',
    "a row of numbers": '<p><a href="#s1">1</a> <a href="#s2">2</a></p><div id="s1"><p>1 Mills</p></div><div id="s2"><p>2 Wheels</p></div>',
    "comment permalinks": '<p>Text <a href="#comment-12">12</a> <a href="#respond">1</a> <a href="#more-3">3</a></p><ol><li id="comment-12">12 Nice.</li></ol>',
    "a glossary": '<p>The <a class="glossaryLink" href="https://x.example/glossary/mill/" title="Glossary: mill">mill</a> and <abbr title="1">one</abbr>.</p>',
    "a bibliography": "<p>It burned in 1911.</p><h2>Bibliografía</h2><ol><li>Marsh, A. Mills.</li><li>Ellis, R. Wheels.</li></ol>",
    "a numbered article": "<p>[1] The mill burned down in the winter of that year.</p><p>[2] It was rebuilt, and burned again, as told.</p><p>[3] Nobody knew why it did.</p>",
    "an enumeration": "<p>Three reasons: (1) fire, (2) water, (3) neglect.</p><p>(1) Fire was common in all the mills of the valley.</p><p>(2) Water too.</p><p>(3) So was neglect.</p><p>A long way of saying that mills are fragile things, and that their owners knew; and the text goes on for a while after that.</p><p>And on, since articles are longer than their lists.</p>",
    "asterisks as bullets": "<p>What burned*:</p><p>* the mill</p><p>* the wheel</p><p>* the barn</p>",
    "asterisks as emphasis": "<p>It was *really* old** and **bold**.</p><p>*Note well:* it burned.</p>",
    "affiliate lines": "<p>Buy the wheel* here.</p><p>* Enlace de afiliado</p>",
    "code": "<pre>a[1] = b[2]</pre><p>Use <code>x[1]</code>.</p><ol><li>One</li></ol>",
    "a note box": '<div class="note"><p>Note: the mill is closed.</p></div><p>Text[…].</p>',
    "links of a list": '<p>More: <a href="https://a.example/">[1]</a> <a href="https://b.example/">[2]</a></p><p>[1] is the first link, [2] the second.</p>',
}


@pytest.mark.parametrize("case", LOOK_ALIKES)
def test_look_alikes_stay_as_they_are(case: str) -> None:
    before = text_of(read_fragment(LOOK_ALIKES[case]))
    left, reading = read(LOOK_ALIKES[case])
    assert reading.notes == []
    assert left == before


def test_exponents_beside_real_notes() -> None:
    left, reading = read(
        "<p>It covers 10<sup>2</sup> m<sup>2</sup>, says one<sup>1</sup>; another in 1911<sup>2</sup> denies it.</p><hr><p><sup>1</sup> A.</p><p><sup>2</sup> B.</p>"
    )
    assert left == "It covers 102 m2, says one{1}; another in 1911{2} denies it."
    assert notes(reading) == [("1", "A.", 1), ("2", "B.", 1)]


def test_a_marker_without_a_note_stays_and_is_told() -> None:
    left, reading = read(
        '<p>It burned<a href="#_ftn1" name="_ftnref1">[1]</a> and<a href="#_ftn2" name="_ftnref2">[2]</a>.</p><p><a href="#_ftnref2" name="_ftn2">[2]</a> B.</p>'
    )
    assert left == "It burned[1] and{1}."
    assert notes(reading) == [("[2]", "B.", 1)]
    assert reading.warnings == ["the note of the marker [1] (word) is missing"]


def test_a_note_without_a_marker_is_kept_without_refs_and_told() -> None:
    left, reading = read('<p>It burned.</p><ol class="wp-block-footnotes"><li id="a">Census. <a href="#a-link">↩︎</a></li></ol>')
    assert left == "It burned."
    assert notes(reading) == [("1", "Census.", 0)]
    assert reading.warnings == ["the note 1 (core) has no marker"]


def test_a_loose_line_at_the_end_stays_in_the_text_and_is_told() -> None:
    left, reading = read("<p>It burned, and burned again, as everyone in the valley remembers.</p><p>[3] Census.</p>")
    assert left.endswith("[3] Census.")
    assert reading.notes == []
    assert len(reading.warnings) == 1


def test_headings_of_notes_count_in_any_language_of_sources_in_the_pages() -> None:
    html = "<p>It burned<sup>1</sup>.</p><h2>Oharrak</h2><ol><li>Census.</li></ol>"
    for language in ("eu", None, "fr-FR"):
        assert len(read(html, language=language)[1].notes) == 1
    html = html.replace("Oharrak", "Iturriak")
    assert len(read(html, language="eu")[1].notes) == 1
    assert read(html, language="fr-FR")[1].notes == []


def test_notes_of_a_paginated_post_are_joined() -> None:
    first = read_fragment("<p>By Ann*</p><p>One<sup>1</sup>.</p><p>* A historian.</p>")
    second = read_fragment("<p>Two<sup>2</sup>.</p><h2>Notas</h2><p><sup>1</sup> A.</p><p><sup>2</sup> B.</p>")
    pages = [(part, read_footnotes(part)) for part in (first, second)]
    bodies, reading = join_notes([(inner_html(part), found) for part, found in pages])
    assert [shown(read_fragment(body)) for body in bodies] == ["By Ann{1} One{2}.", "Two{3}."]
    assert notes(reading) == [("*", "A historian.", 1), ("1", "A.", 1), ("2", "B.", 1)]
    assert reading.warnings == []


@pytest.mark.parametrize(
    ("mark", "notes_list"),
    [
        ("<sup>1</sup>", "<h2>Przypisy</h2><ol><li>A.</li></ol>"),
        ("（注1）", "<h3>注</h3><p>（注1）A.</p>"),
        ("¹", "<hr><p>¹ A.</p>"),
    ],
)
def test_a_marker_on_one_page_and_its_note_alone_on_another(mark: str, notes_list: str) -> None:
    first = read_fragment(f"<p>The bridge{mark} stood there for years, and nobody asked who had built it or why.</p>")
    last = read_fragment(f"<p>It stands there still, and nobody asks who will pull it down or when.</p>{notes_list}")
    pages = [(inner_html(part), found) for part, found in [(p, read_footnotes(p)) for p in (first, last)]]
    bodies, reading = join_notes(pages)
    assert [(n.text, [r.place for r in n.refs]) for n in reading.notes] == [("A.", ["body"])]
    assert "A." not in bodies[1]
    assert reading.warnings == []


def test_a_list_on_the_last_page_repeats_what_tooltips_said_on_the_first() -> None:
    first = read_fragment(
        '<p>It burned<a class="simple-footnote" title="Census." id="return-note-7-1" href="#note-7-1"><sup>1</sup></a> for days.</p>'
    )
    last = read_fragment(
        '<p>Then it rained.</p><div class="simple-footnotes"><p class="notes">Notes:</p><ol><li id="note-7-1">Census. '
        '<a href="#return-note-7-1">↩</a></li></ol></div>'
    )
    _, reading = join_notes([(inner_html(part), found) for part, found in [(p, read_footnotes(p)) for p in (first, last)]])
    assert [(n.text, len(n.refs)) for n in reading.notes] == [("Census.", 1)]
    assert reading.warnings == []


def test_pages_that_start_again_are_numbered_through() -> None:
    parts = [read_fragment(f"<p>{word}[1].</p><p>[1] {word} note.</p>") for word in ("One", "Two")]
    bodies, reading = join_notes([(inner_html(part), found) for part, found in [(p, read_footnotes(p)) for p in parts]])
    assert [shown(read_fragment(body)) for body in bodies] == ["One{1}.", "Two{2}."]
    assert [(n.index, n.text) for n in reading.notes] == [(1, "One note."), (2, "Two note.")]


def test_a_byline_taken_out_before_pages_are_joined_keeps_its_ref() -> None:
    first = read_fragment("<p>By Ann[1]</p><p>One.</p><p>[1] A historian.</p>")
    found = read_footnotes(first)
    first.remove(first[0])
    second = read_fragment("<p>Two[1].</p><p>[1] B.</p>")
    later = read_footnotes(second)
    _, reading = join_notes([(inner_html(first), found), (inner_html(second), later)])
    assert [(n.index, n.text, [r.place for r in n.refs]) for n in reading.notes] == [(1, "A historian.", ["byline"]), (2, "B.", ["body"])]


def test_a_plugins_markers_match_lines_that_a_feed_prints() -> None:
    html = "".join(
        f"<p>{word} counted.<sup class='modern-footnotes-footnote '>{n}</sup></p>" for n, word in enumerate(("One", "Two", "Three"), 1)
    )
    lines = "<div>1&nbsp;&nbsp;&nbsp;First text.</div><div>2&nbsp;&nbsp;&nbsp;Second text.</div>"
    _, reading = read(html + lines)
    assert [(n.marker, n.text, len(n.refs)) for n in reading.notes] == [("1", "First text.", 1), ("2", "Second text.", 1)]
    assert reading.warnings == ["the note of the marker 3 (modern) is missing"]


def test_a_note_on_the_last_page_is_the_bylines_on_the_first() -> None:
    first = read_fragment("<p>One<sup>2</sup>.</p>")
    last = read_fragment(
        "<p>Two<sup>3</sup>.</p><h2>Notes</h2><p><sup>1</sup> A historian.</p><p><sup>2</sup> B.</p><p><sup>3</sup> C.</p>"
    )
    pages = [(inner_html(part), found) for part, found in [(p, read_footnotes(p)) for p in (first, last)]]
    bodies, reading = join_notes(pages, byline="By Ann[1]")
    assert [shown(read_fragment(body)) for body in bodies] == ["One{2}.", "Two{3}."]
    assert [(n.index, n.text, [r.place for r in n.refs]) for n in reading.notes] == [
        (1, "A historian.", ["byline"]),
        (2, "B.", ["body"]),
        (3, "C.", ["body"]),
    ]
    assert reading.warnings == []


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p></p>",
        "<sup>1</sup>",
        "[1]",
        "<p>[1] [1] [1]</p>" * 50,
        "<div>" * 3000 + "a[1]<p>[1] x</p>",
        '<a href="#">1</a><a href="#%zz">2</a><a name="" href="#x">3</a><p id="x"><a href="#x">3</a></p>',
        '<ol start="99999999999"><li>x</li></ol><hr><ol start="-1"><li>y<sup>1</sup></ol>',
        f"<p>{escape('[' * 20000)}</p><p>[1] a</p>",
        f"<p>{'*a ' * 5000}</p><p>* x</p>",
        '<sup data-fn="a"></sup><ol class="wp-block-footnotes"><li id="a"><sup data-fn="a">1</sup></li></ol>',
    ],
)
def test_odd_markup_never_raises(html: str) -> None:
    read(html)
