"""Whole single pages as known themes print them: what surrounds and interrupts the text goes, the text stays."""

from __future__ import annotations

import pytest

from presslift.scraper.parse.body import find_body
from presslift.scraper.parse.comments import read_comments
from presslift.scraper.parse.document import read_document, text_of
from presslift.scraper.parse.furniture import cut
from presslift.scraper.parse.related import read_boxes

TEXT = "".join(
    f"<p>Sentence {n} tells at some length how the bell was cast, hung and rung in the tower above the market.</p>" for n in range(1, 7)
)
NAV = '<nav class="navigation post-navigation"><h2 class="screen-reader-text">Post navigation</h2><div class="nav-links"><div class="nav-previous"><a href="/a/" rel="prev">NOISE before</a></div></div></nav>'
SIDE = '<aside id="secondary" class="widget-area sidebar"><section class="widget"><h2 class="widget-title">NOISE</h2><p>NOISE: words about this site that fill more than a line of it.</p></section></aside>'
COMMENTS = f'<div id="comments" class="comments-area"><ol class="comment-list"><li id="comment-4" class="comment depth-1"><article class="comment-body"><footer class="comment-meta"><b class="fn">Ann</b></footer><div class="comment-content entry-content">{"<p>NOISE of a reader who says a lot on bells and towers.</p>" * 9}</div></article></li></ol></div>'
AUTHOR = '<div class="author-info"><h2 class="author-title">Author: NOISE</h2><p class="author-bio">NOISE has rung bells since a child, and writes of it now.</p></div>'
SHARE = '<div class="post-share"><span>NOISE</span><a href="https://www.facebook.com/sharer/sharer.php?u=x">f</a></div>'
TAGS = '<div class="post-tags"><span class="tag-links">NOISE <a rel="tag" href="/tag/bells/">bells</a></span></div>'
CARDS = "".join(
    f'<article class="post type-post hentry"><div class="entry-content"><h3 class="entry-title"><a href="/o{n}/">NOISE {n}</a></h3><p>NOISE of another post.</p></div></article>'
    for n in range(3)
)

THEMES = {
    "Newsup: the article is the body": f'<main id="content"><div class="mg-blog-post-box"><div class="mg-header"><div class="mg-blog-category"><a href="/c/">NOISE</a></div><h1 class="title single"><a href="/p/">Bells</a></h1></div><article class="small single">{TEXT}{SHARE}{NAV}</article></div></main>{SIDE}',
    "Hestia": f'<div class="page-header"><h1 class="hestia-title">Bells</h1></div><article id="post-9" class="section section-text">{TEXT}</article><div class="section related-posts"><h2>Related</h2><div class="card"><h4 class="card-title"><a href="/o/">NOISE</a></h4></div></div>',
    "Twenty Sixteen: the author in the body": f'<main><article id="post-9" class="post-9 hentry"><header class="entry-header"><h1 class="entry-title">Bells</h1></header><div class="entry-content">{TEXT}{AUTHOR}</div></article>{COMMENTS}{NAV}</main>{SIDE}',
    "Hello Elementor: tags in the body": f'<main id="content" class="site-main post-9 post type-post"><div class="page-header"><h1 class="entry-title">Bells</h1></div><div class="page-content">{TEXT}{TAGS}</div></main>',
    "Soledad": f'<article id="post-9" class="post type-post"><div class="header-standard"><h1 class="post-title single-post-title entry-title">Bells</h1></div><div class="post-entry"><div class="inner-post-entry entry-content">{TEXT}</div></div><div class="tags-share-box">NOISE</div><div class="post-related"><h4 class="post-box-title">NOISE</h4>{CARDS}</div></article>{SIDE}',
    "JNews": f'<div class="entry-header"><h1 class="jeg_post_title">Bells</h1></div><div class="entry-content"><div class="jeg_share_button share-float">NOISE</div><div class="content-inner">{TEXT}<div class="jnews_inline_related_post_wrapper">NOISE</div><div class="jeg_post_tags">NOISE</div></div></div>',
    "Kadence": f'<article id="post-9" class="entry content-bg single-entry post-9"><div class="entry-content-wrap"><header class="entry-header"><h1 class="entry-title">Bells</h1></header><div class="entry-content single-content">{TEXT}</div></div></article><div class="post-navigation-wrap entry-content-wrap entry">{NAV}</div><div class="entry-related"><h2 id="related-posts-title">Similar Posts</h2><ul>{CARDS}</ul></div>{COMMENTS}',
    "Blocksy": f'<div class="hero-section"><header class="entry-header"><h1 class="page-title">Bells</h1></header></div><article id="post-9"><div class="entry-content">{TEXT}</div><div class="ct-share-box">NOISE</div></article><div class="ct-related-posts-container"><div class="ct-related-posts"><h3 class="ct-block-title">Related</h3>{CARDS}</div></div>{COMMENTS}',
    "BeTheme": f'<article id="post-9" class="post-9 hentry"><div class="post-wrapper-content"><div class="section"><div class="the_content_wrapper">{TEXT}</div></div><div class="section section-post-about"><div class="author-box-wrapper"><p>NOISE of the author, who writes.</p></div></div></div></article><div class="section-post-related"><h4>Related posts</h4>{CARDS}</div>',
    "Divi, built": f'<article id="post-9" class="et_pb_post"><div class="entry-content"><div class="et-l"><div class="et_builder_inner_content"><div class="et_pb_section"><div class="et_pb_row"><div class="et_pb_column"><div class="et_pb_module et_pb_text"><div class="et_pb_text_inner">{TEXT}</div></div><div class="et_pb_module et_pb_newsletter"><p>NOISE: subscribe</p></div><div class="et_pb_button_module_wrapper"><a class="et_pb_button" href="/x/">NOISE</a></div></div></div></div></div></div></div></article>',
    "Beaver": f'<div class="fl-builder-content fl-builder-content-9"><div class="fl-row"><div class="fl-col"><div class="fl-module fl-module-rich-text"><div class="fl-module-content"><div class="fl-rich-text">{TEXT}</div></div></div><div class="fl-module fl-module-post-grid"><div class="fl-post-grid">{CARDS}</div></div></div></div></div>',
    "WPBakery": f'<div class="entry-content"><div class="wpb-content-wrapper"><div class="wpb_row vc_row"><div class="wpb_column vc_column_container"><div class="vc_column-inner"><div class="wpb_wrapper"><div class="wpb_text_column"><div class="wpb_wrapper">{TEXT}</div></div><section class="vc_cta3-container"><p>NOISE</p></section></div></div></div></div></div></div>',
    "Block theme with a query below": f'<div class="wp-site-blocks"><header class="wp-block-template-part"><nav><a href="/">NOISE</a></nav></header><main class="wp-block-group"><h1 class="wp-block-post-title">Bells</h1><div class="entry-content wp-block-post-content">{TEXT}</div><div class="wp-block-query"><h2>More posts</h2><ul class="wp-block-post-template"><li class="wp-block-post"><h3><a href="/o/">NOISE</a></h3><div class="entry-content wp-block-post-content">{"<p>NOISE of a whole other post, printed in full below this one, at length.</p>" * 9}</div></li></ul></div></main></div>',
    "Bridge: day and title in one heading": f'<article id="post-9"><div class="post_content_holder"><div class="post_text"><div class="post_text_inner"><h2><span class="date">05 Jan</span> Bells of the market</h2><div class="post_info">NOISE in <a href="/c/">News</a></div>{TEXT}</div></div></div></article>',
    "An unknown theme": f'<div class="zx-frame"><div class="zx-left"><h1>Bells</h1><div class="zx-line">5 January by NOISE</div>{TEXT}<div class="zx-social-links"><a href="https://twitter.com/intent/tweet?x">NOISE</a></div></div><div class="zx-right sidebar">{CARDS}</div></div>',
}  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_only_the_text_is_left(theme: str) -> None:
    html = f'<html><head><title>Bells</title></head><body class="single postid-9"><header id="masthead" class="site-header"><p class="site-description">NOISE</p></header>{THEMES[theme]}<footer id="colophon" class="site-footer">NOISE</footer></body></html>'
    document = read_document(html, "https://example.org/bells/")
    read_comments(document)
    read_boxes(document)
    title = "Bells of the market" if "Bridge" in theme else "Bells"
    element = find_body(document, title=title).element
    cut(element, title=title, url="https://example.org/bells/")
    text = text_of(element)
    assert all(f"Sentence {n} " in text for n in range(1, 7))
    allowed = "5 January by NOISE" if theme == "An unknown theme" else ""
    assert "NOISE" not in text.replace(allowed, ""), text
    assert "Bells of the market" not in text
