"""Footnotes of every style: each a pair of notes in the markup of a plugin, a word processor or a hand, read alike."""

from __future__ import annotations

import pytest

from tests.noting import notes, read

ONE_TWO = [("1", "Census of 1911.", 1), ("2", "Her letters, vol. 2.", 1)]
BRACKETED = [("[1]", "Census of 1911.", 1), ("[2]", "Her letters, vol. 2.", 1)]
LEFT = "The mill burned{1} twice. Nobody knew{2} why."

STYLES: dict[str, tuple[str, str, list[tuple[str, str, int]]]] = {
    "core": (
        '<p>The mill burned<sup data-fn="a1" class="fn"><a href="#a1" id="a1-link">1</a></sup> twice. '
        'Nobody knew<sup data-fn="b2" class="fn"><a href="#b2" id="b2-link">2</a></sup> why.</p>'
        '<ol class="wp-block-footnotes"><li id="a1">Census of 1911. <a href="#a1-link" aria-label="Jump to footnote reference 1">↩︎</a></li>'
        '<li id="b2">Her letters, vol. 2. <a href="#b2-link" aria-label="Jump to footnote reference 2">↩︎</a></li></ol>',
        "core",
        ONE_TWO,
    ),
    "footnotes": (
        '<p>The mill burned<span class="footnote_referrer"><a role="button" tabindex="0" onclick="go(1)"><sup id="footnote_plugin_tooltip_7_1_1" '
        'class="footnote_plugin_tooltip_text">[1]</sup></a><span id="footnote_plugin_tooltip_text_7_1_1" class="footnote_tooltip">Census of 1911.</span>'
        '</span> twice. Nobody knew<span class="footnote_referrer"><a role="button"><sup id="footnote_plugin_tooltip_7_1_2" '
        'class="footnote_plugin_tooltip_text">[2]</sup></a></span><span id="footnote_plugin_tooltip_text_7_1_2" class="footnote_tooltip">Her letters'
        ' <span class="footnote_tooltip_continue">Continue reading</span></span> why.</p>'
        '<div class="speaker-mute footnotes_reference_container"><div class="footnote_container_prepare"><p><span class="footnote_reference_container_label">'
        'References</span><span>[<a id="footnote_reference_container_collapse_button_7_1">+</a>]</span></p></div><div id="footnote_references_container_7_1">'
        '<table class="footnotes_table footnote-reference-container"><caption class="accessibility">References</caption><tbody>'
        '<tr class="footnotes_plugin_reference_row"><th scope="row" id="footnote_plugin_reference_7_1_1" class="footnote_plugin_index">'
        '<a class="footnote_backlink"><span class="footnote_index_arrow">↑</span>1</a></th> <td class="footnote_plugin_text">Census of 1911.</td></tr>'
        '<tr class="footnotes_plugin_reference_row"><th scope="row" id="footnote_plugin_reference_7_1_2" class="footnote_plugin_index">'
        '<a class="footnote_backlink"><span class="footnote_index_arrow">↑</span>2</a></th> <td class="footnote_plugin_text">Her letters, vol. 2.</td></tr>'
        "</tbody></table></div></div>",
        "footnotes",
        BRACKETED,
    ),
    "easy": (
        '<p>The mill burned<span id="easy-footnote-1-9" class="easy-footnote-margin-adjust"></span><span class="easy-footnote">'
        '<a href="https://site.example/mill/#easy-footnote-bottom-1-9" title="Census of 1911."><sup>1</sup></a></span> twice. '
        'Nobody knew<span id="easy-footnote-2-9" class="easy-footnote-margin-adjust"></span><span class="easy-footnote">'
        '<a href="#easy-footnote-bottom-2-9" title="Her letters, vol. 2."><sup>2</sup></a></span> why.</p>'
        '<div class="easy-footnote-title"><h4>Footnotes</h4></div><ol class="easy-footnotes-wrapper"><li class="easy-footnote-single">'
        '<span id="easy-footnote-bottom-1-9" class="easy-footnote-margin-adjust"></span>Census of 1911.<a class="easy-footnote-to-top" href="#easy-footnote-1-9">'
        '</a></li><li class="easy-footnote-single"><span id="easy-footnote-bottom-2-9" class="easy-footnote-margin-adjust"></span>Her letters, vol. 2.'
        '<a class="easy-footnote-to-top" href="#easy-footnote-2-9"></a></li></ol>',
        "easy",
        ONE_TWO,
    ),
    "easy, list switched off": (
        '<p>The mill burned<span class="easy-footnote"><a href="#easy-footnote-bottom-1-9" title="Census of 1911."><sup>1</sup></a></span> twice. '
        'Nobody knew<span class="easy-footnote"><a href="#easy-footnote-bottom-2-9" title="&lt;em&gt;Her letters&lt;/em&gt;, vol. 2."><sup>2</sup></a></span> why.</p>',
        "easy",
        ONE_TWO,
    ),
    "modern": (
        '<p>The mill burned<sup class="modern-footnotes-footnote" data-mfn="1" data-mfn-post-scope="x_4"><a href="javascript:void(0)" role="button" '
        'aria-describedby="mfn-content-x_4-1">1</a></sup><span id="mfn-content-x_4-1" role="tooltip" class="modern-footnotes-footnote__note" data-mfn="1">'
        'Census of 1911.</span> twice. Nobody knew<sup class="modern-footnotes-footnote" data-mfn="2"><a href="javascript:void(0)" '
        'aria-describedby="mfn-content-x_4-2">2</a></sup><span id="mfn-content-x_4-2" role="tooltip" class="modern-footnotes-footnote__note" data-mfn="2">'
        'Her letters, vol. 2.</span> why.</p><h3 class="modern-footnotes-list-heading">Notes</h3><ul class="modern-footnotes-list">'
        "<li><span>1</span><div>Census of 1911.</div></li><li><span>2</span><div>Her letters, vol. 2.</div></li></ul>",
        "modern",
        ONE_TWO,
    ),
    "wp-footnotes": (
        '<p>The mill burned<sup><a href="#footnote_0_12" id="identifier_0_12" class="footnote-link footnote-identifier-link" title="Census of 1911.">1</a></sup> '
        'twice. Nobody knew<sup><a href="#footnote_1_12" id="identifier_1_12" class="footnote-link footnote-identifier-link" title="x">2</a></sup> why.</p>'
        '<ol class="footnotes"><li id="footnote_0_12" class="footnote">Census of 1911.<span class="footnote-back-link-wrapper"> [<a href="#identifier_0_12" '
        'class="footnote-link footnote-back-link">↩</a>]</span></li><li id="footnote_1_12" class="footnote">Her letters, vol. 2.'
        '<span class="footnote-back-link-wrapper"> [<a href="#identifier_1_12" class="footnote-link footnote-back-link">↩</a>]</span></li></ol>',
        "wp-footnotes",
        ONE_TWO,
    ),
    "civil": (
        '<p>The mill burned<sup id="rf1-5"><a href="#fn1-5" title="Census of 1911." rel="footnote">1</a></sup> twice. '
        'Nobody knew<sup id="rf2-5"><a href="#fn2-5" title="x" rel="footnote">2</a></sup> why.</p><hr class="footnotes"><ol class="footnotes">'
        '<li id="fn1-5"><p>Census of 1911.&nbsp;<a href="#rf1-5" class="backlink" title="Jump back">↩</a></p></li>'
        '<li id="fn2-5"><p>Her letters, vol. 2.&nbsp;<a href="#rf2-5" class="backlink">↩</a></p></li></ol>',
        "civil",
        ONE_TWO,
    ),
    "fd": (
        '<p>The mill burned<sup class="footnote"><a href="#fn-5-1" id="fnref-5-1">1</a></sup> twice. Nobody knew<sup class="footnote">'
        '<a href="#fn-5-2" id="fnref-5-2">2</a></sup> why.</p><div class="footnotes" id="footnotes-5"><div class="footnotedivider"></div><ol>'
        '<li>Census of 1911. <span class="footnotereverse"><a id="fn-5-1" href="#fnref-5-1">↩</a></span></li>'
        '<li>Her letters, vol. 2. <span class="footnotereverse"><a id="fn-5-2" href="#fnref-5-2">↩</a></span></li></ol></div>',
        "fd",
        ONE_TWO,
    ),
    "simple": (
        '<p>The mill burned<a href="#note-5-1" class="simple-footnote" id="return-note-5-1" title="Census of 1911."><sup>1</sup></a> twice. '
        'Nobody knew<a href="#note-5-2" class="simple-footnote" id="return-note-5-2" title="x"><sup>2</sup></a> why.</p>'
        '<div class="simple-footnotes"><p class="notes">Notes:</p><ol><li id="note-5-1">Census of 1911. <a href="#return-note-5-1">↩</a></li>'
        '<li id="note-5-2">Her letters, vol. 2. <a href="#return-note-5-2">↩</a></li></ol></div>',
        "simple",
        ONE_TWO,
    ),
    "markdown extra": (
        '<p>The mill burned<sup id="fnref:5-mill"><a href="#fn:5-mill" rel="footnote">1</a></sup> twice. Nobody knew<sup id="fnref:5-b:c">'
        '<a href="#fn:5-b:c" rel="footnote">2</a></sup> why.</p><div class="footnotes"><hr><ol><li id="fn:5-mill"><p>Census of 1911.&nbsp;'
        '<a href="#fnref:5-mill" rev="footnote">↩</a></p></li><li id="fn:5-b:c"><p>Her letters, vol. 2.&nbsp;<a href="#fnref:5-b:c" rev="footnote">↩</a></p></li></ol></div>',
        "markdown-extra",
        ONE_TWO,
    ),
    "markdown-it": (
        '<p>The mill burned<sup class="footnote-ref"><a href="#fn1" id="fnref1">[1]</a></sup> twice. Nobody knew<sup class="footnote-ref">'
        '<a href="#fn2" id="fnref2">[2]</a></sup> why.</p><hr class="footnotes-sep"><section class="footnotes"><ol class="footnotes-list">'
        '<li id="fn1" class="footnote-item"><p>Census of 1911. <a href="#fnref1" class="footnote-backref">↩︎</a></p></li>'
        '<li id="fn2" class="footnote-item"><p>Her letters, vol. 2. <a href="#fnref2" class="footnote-backref">↩︎</a></p></li></ol></section>',
        "markdown",
        BRACKETED,
    ),
    "gfm": (
        '<p>The mill burned<sup><a href="#user-content-fn-1" id="user-content-fnref-1" data-footnote-ref>1</a></sup> twice. Nobody knew<sup>'
        '<a href="#user-content-fn-2" id="user-content-fnref-2" data-footnote-ref>2</a></sup> why.</p><section data-footnotes class="footnotes">'
        '<h2 class="sr-only" id="footnote-label">Footnotes</h2><ol><li id="user-content-fn-1"><p>Census of 1911. <a href="#user-content-fnref-1" '
        'data-footnote-backref aria-label="Back to content">↩</a></p></li><li id="user-content-fn-2"><p>Her letters, vol. 2. '
        '<a href="#user-content-fnref-2" data-footnote-backref>↩</a></p></li></ol></section>',
        "gfm",
        ONE_TWO,
    ),
    "pandoc": (
        '<p>The mill burned<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a> twice. Nobody knew<a href="#fn2" '
        'class="footnote-ref" id="fnref2" role="doc-noteref"><sup>2</sup></a> why.</p><section id="footnotes" class="footnotes footnotes-end-of-document" '
        'role="doc-endnotes"><hr><ol><li id="fn1"><p>Census of 1911.<a href="#fnref1" class="footnote-back" role="doc-backlink">↩︎</a></p></li>'
        '<li id="fn2"><p>Her letters, vol. 2.<a href="#fnref2" class="footnote-back" role="doc-backlink">↩︎</a></p></li></ol></section>',
        "markdown",
        ONE_TWO,
    ),
    "teachpress": (
        '<p>The mill burned<sup><a href="#tp_cite_8">[1]</a></sup> twice. Nobody knew<sup><a href="#tp_cite_9">[2]</a></sup> why.</p>'
        '<h3 class="teachpress_ref_headline">References</h3><ol><li id="tp_cite_8" class="tp_cite_entry"><span class="tp_single_author">Census of 1911.</span></li>'
        '<li id="tp_cite_9" class="tp_cite_entry"><span class="tp_single_author">Her letters, vol. 2.</span></li></ol>',
        "teachpress",
        BRACKETED,
    ),
    "abt": (
        '<p>The mill burned<span class="abt-footnote" id="u1" data-note="Census of 1911.">1</span> twice. Nobody knew<span class="abt-footnote" id="u2">2</span> '
        'why.</p><section class="abt-footnotes" aria-label="Footnotes"><hr><ol><li>Census of 1911.</li><li>Her letters, vol. 2.</li></ol></section>',
        "abt",
        ONE_TWO,
    ),
    "substack": (
        '<p>The mill burned<a class="footnote-anchor" id="footnote-anchor-1" href="#footnote-1" target="_self">1</a> twice. Nobody knew'
        '<a class="footnote-anchor" id="footnote-anchor-2" href="#footnote-2">2</a> why.</p>'
        '<div class="footnote" data-component-name="FootnoteToDOM"><a id="footnote-1" href="#footnote-anchor-1" class="footnote-number">1</a>'
        '<div class="footnote-content"><p>Census of 1911.</p></div></div><div class="footnote" data-component-name="FootnoteToDOM">'
        '<a id="footnote-2" href="#footnote-anchor-2" class="footnote-number">2</a><div class="footnote-content"><p>Her letters, vol. 2.</p></div></div>',
        "substack",
        ONE_TWO,
    ),
    "word": (
        '<p>The mill burned<a href="#_ftn1" name="_ftnref1" title=""><span class="MsoFootnoteReference">[1]</span></a> twice. Nobody knew'
        '<a href="#_ftn2" name="_ftnref2">[2]</a> why.</p><div><br clear="all"><hr align="left" size="1" width="33%"><div id="ftn1">'
        '<p class="MsoFootnoteText"><a href="#_ftnref1" name="_ftn1"><span class="MsoFootnoteReference">[1]</span></a> Census of 1911.</p></div>'
        '<div id="ftn2"><p class="MsoFootnoteText"><a href="#_ftnref2" name="_ftn2">[2]</a> Her letters, vol. 2.</p></div></div>',
        "word",
        BRACKETED,
    ),
    "word, hrefs alone": (
        '<p>The mill burned<a href="#_ftn1">[1]</a> twice. Nobody knew<a href="file:///C:/Users/x/mill.docx#_ftn2">[2]</a> why.</p>'
        '<p><a href="#_ftnref1">[1]</a> Census of 1911.</p><p><a href="file:///C:/Users/x/mill.docx#_ftnref2">[2]</a> Her letters, vol. 2.</p>',
        "word",
        BRACKETED,
    ),
    "word endnotes": (
        '<p>The mill burned<a href="#_edn1" name="_ednref1">[i]</a> twice. Nobody knew<a href="#_edn2" name="_ednref2">[ii]</a> why.</p>'
        '<p><a href="#_ednref1" name="_edn1">[i]</a> Census of 1911.</p><p><a href="#_ednref2" name="_edn2">[ii]</a> Her letters, vol. 2.</p>',
        "word",
        [("[i]", "Census of 1911.", 1), ("[ii]", "Her letters, vol. 2.", 1)],
    ),
    "google docs": (
        '<p>The mill burned<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup> twice. Nobody knew<sup><a href="#ftnt2" id="ftnt_ref2">[2]</a></sup> why.</p>'
        '<hr><div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a> Census of 1911.</p></div><div><p><a href="#ftnt_ref2" id="ftnt2">[2]</a> Her letters, vol. 2.</p></div>',
        "gdocs",
        BRACKETED,
    ),
    "libreoffice": (
        '<p>The mill burned<a class="sdfootnoteanc" href="#sdfootnote1sym"><sup>1</sup></a> twice. Nobody knew<a class="sdfootnoteanc" '
        'href="#sdfootnote2sym"><sup>2</sup></a> why.</p><div id="sdfootnote1"><p><a class="sdfootnotesym" href="#sdfootnote1anc">1</a> Census of 1911.</p></div>'
        '<div id="sdfootnote2"><p><a class="sdfootnotesym" href="#sdfootnote2anc">2</a> Her letters, vol. 2.</p></div>',
        "libreoffice",
        ONE_TWO,
    ),
    "wikipedia": (
        '<p>The mill burned<sup class="reference" id="cite_ref-1"><a href="#cite_note-1">[1]</a></sup> twice. Nobody knew<sup class="reference" '
        'id="cite_ref-b_2-0"><a href="#cite_note-b-2">[2]</a></sup> why.</p><h2>References</h2><ol class="references"><li id="cite_note-1"><b><a href="#cite_ref-1">^</a></b> '
        '<span class="reference-text">Census of 1911.</span></li><li id="cite_note-b-2">^ <a href="#cite_ref-b_2-0"><sup>a</sup></a> '
        '<a href="#cite_ref-b_2-1"><sup>b</sup></a> Her letters, vol. 2.</li></ol>',
        "wikipedia",
        BRACKETED,
    ),
    "epub": (
        '<p>The mill burned<a class="footnote-link" id="footnote-1-backlink" href="#footnote-1">1</a> twice. Nobody knew<a class="footnote-link" '
        'id="footnote-2-backlink" href="#footnote-2">2</a> why.</p><aside class="footnote" id="footnote-1"><p><a href="#footnote-1-backlink">1</a> Census of 1911.</p></aside>'
        '<aside class="footnote" id="footnote-2"><p><a href="#footnote-2-backlink">2</a> Her letters, vol. 2.</p></aside>',
        "substack",
        ONE_TWO,
    ),
    "linked by hand": (
        '<p>The mill burned<sup><a id="r1" href="#nota1">1</a></sup> twice. Nobody knew[<a id="r2" href="#nota2">2</a>] why.</p>'
        '<h2>Notes</h2><ol><li id="nota1">Census of 1911. <a href="#r1">↩</a></li><li id="nota2">Her letters, vol. 2. <a href="#r2">↩</a></li></ol>',
        "linked",
        [("1", "Census of 1911.", 1), ("[2]", "Her letters, vol. 2.", 1)],
    ),
    "all markers lead to the list": (
        '<p>The mill burned<sup><a href="#sources">1</a></sup> twice. Nobody knew<sup><a href="#sources">2</a></sup> why.</p>'
        '<h2 id="sources">Notes</h2><ol><li>Census of 1911.</li><li>Her letters, vol. 2.</li></ol>',
        "linked",
        ONE_TWO,
    ),
    "typed brackets": (
        "<p>The mill burned[1] twice. Nobody knew[2] why.</p><p>[1] Census of 1911.</p><p>[2] Her letters, vol. 2.</p>",
        "bracket",
        BRACKETED,
    ),
    "typed in one paragraph": (
        "<p>The mill burned[1] twice. Nobody knew[2] why.</p><p><strong>[1]</strong> Census of 1911.<br>[2] Her letters, vol. 2.</p>",
        "bracket",
        BRACKETED,
    ),
    "markdown that was not rendered": (
        "<p>The mill burned[^1] twice. Nobody knew[^2] why.</p><p>[^1]: Census of 1911.</p><p>[^2]: Her letters, vol. 2.</p>",
        "bracket",
        [("[^1]", "Census of 1911.", 1), ("[^2]", "Her letters, vol. 2.", 1)],
    ),
    "asterisks with numbers": (
        "<p>The mill burned*1 twice. Nobody knew*2 why.</p><p>*1：Census of 1911.</p><p>*2：Her letters, vol. 2.</p>",
        "star",
        [("*1", "Census of 1911.", 1), ("*2", "Her letters, vol. 2.", 1)],
    ),
    "braces": (
        "<p>The mill burned{1} twice. Nobody knew{2} why.</p><p>{1} Census of 1911.</p><p>{2} Her letters, vol. 2.</p>",
        "brace",
        [("{1}", "Census of 1911.", 1), ("{2}", "Her letters, vol. 2.", 1)],
    ),
    "parentheses": (
        "<p>The mill burned (1) twice. Nobody knew (2) why.</p><h3>Notas</h3><p>(1) Census of 1911.</p><p>(2) Her letters, vol. 2.</p>",
        "parenthesis",
        [("(1)", "Census of 1911.", 1), ("(2)", "Her letters, vol. 2.", 1)],
    ),
    "raised": (
        "<p>The mill burned<sup>1</sup> twice. Nobody knew<sup>2</sup> why.</p><hr><p><sup>1</sup> Census of 1911.</p><p><sup>2</sup> Her letters, vol. 2.</p>",
        "superscript",
        ONE_TWO,
    ),
    "raised characters": (
        "<p>The mill burned¹ twice. Nobody knew² why.</p><p>¹ Census of 1911.</p><p>² Her letters, vol. 2.</p>",
        "superscript",
        [("¹", "Census of 1911.", 1), ("²", "Her letters, vol. 2.", 1)],
    ),
    "a list under a heading": (
        "<p>The mill burned<sup>1</sup> twice. Nobody knew<sup>2</sup> why.</p><h2>Fußnoten:</h2><ol><li>Census of 1911.</li><li>Her letters, vol. 2.</li></ol>",
        "list",
        ONE_TWO,
    ),
    "numbers under a heading": (
        "<p>The mill burned[1] twice. Nobody knew[2] why.</p><p><strong>Przypisy</strong></p><p>1. Census of 1911.</p><p>2. Her letters, vol. 2.</p>",
        "number",
        BRACKETED,
    ),
    "numbers at the end": (
        "<p>The mill burned<sup>1</sup> twice. Nobody knew<sup>2</sup> why.</p><div>1    Census of 1911.</div><div>2    Her letters, vol. 2.</div>",
        "number",
        ONE_TWO,
    ),
    "a list of sources with markers": (
        "<p>The mill burned[1] twice. Nobody knew[2] why.</p><h2>Sources</h2><ol><li>Census of 1911.</li><li>Her letters, vol. 2.</li></ol>",
        "list",
        BRACKETED,
    ),
    "half brackets": (
        "<p>The mill burned1) twice. Nobody knew2) why.</p><h4>Anmerkungen</h4><p>1) Census of 1911.</p><p>2) Her letters, vol. 2.</p>",
        "number",
        [("1)", "Census of 1911.", 1), ("2)", "Her letters, vol. 2.", 1)],
    ),
    "asterisks": (
        "<p>The mill burned* twice. Nobody knew** why.</p><p>* Census of 1911.</p><p>** Her letters, vol. 2.</p>",
        "symbol",
        [("*", "Census of 1911.", 1), ("**", "Her letters, vol. 2.", 1)],
    ),
    "daggers": (
        "<p>The mill burned† twice. Nobody knew‡ why.</p><p>† Census of 1911.</p><p>‡Her letters, vol. 2.</p>",
        "symbol",
        [("†", "Census of 1911.", 1), ("‡", "Her letters, vol. 2.", 1)],
    ),
    "words": (
        "<p>The mill burned (nota 1) twice. Nobody knew (nota 2) why.</p><p>Nota 1: Census of 1911.</p><p>Nota 2: Her letters, vol. 2.</p>",
        "word-number",
        [("(nota 1)", "Census of 1911.", 1), ("(nota 2)", "Her letters, vol. 2.", 1)],
    ),
    "japanese": (
        "<p>The mill burned（注1） twice. Nobody knew（注2） why.</p><h3>脚注</h3><p>（注1）Census of 1911.</p><p>（注2）Her letters, vol. 2.</p>",
        "parenthesis",
        [("（注1）", "Census of 1911.", 1), ("（注2）", "Her letters, vol. 2.", 1)],
    ),
}


@pytest.mark.parametrize("case", STYLES)
def test_every_style_is_read(case: str) -> None:
    html, style, expected = STYLES[case]
    left, reading = read(html)
    assert notes(reading) == expected
    assert {n.style for n in reading.notes} == {style}
    assert " ".join(left.replace(" {", "{").split()) == LEFT
    assert reading.warnings == []
