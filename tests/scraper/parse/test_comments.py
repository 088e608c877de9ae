from __future__ import annotations

from typing import Any

import pytest

from presslift.scraper.parse.comments import CommentsReading, from_rest, merge_comments, read_comment_page, read_comments
from presslift.scraper.parse.document import Document, read_document, text_of

URL = "https://example.org/a-post/"
ARTICLE = "<main><article class='post hentry'><h1>10 ways to count</h1><div class='entry-content'><p>The body of the post stands here.</p></div></article>"


def page(discussion: str, *, before: str = ARTICLE, url: str = URL, lang: str = "en-US") -> Document:
    return read_document(f"<html lang='{lang}'><body class='single postid-7'>{before}{discussion}</main></body></html>", url)


def read(discussion: str, **options: str) -> tuple[CommentsReading, str]:
    doc = page(discussion, **options)
    reading = read_comments(doc)
    return reading, text_of(doc.root)


def html5(number: int, name: str, text: str, inner: str = "", classes: str = "comment depth-1", url: str = "") -> str:
    person = f"<a href='{url}' class='url' rel='external nofollow ugc'>{name}</a>" if url else name
    return f"""<li id="comment-{number}" class="{classes}"><article id="div-comment-{number}" class="comment-body">
      <footer class="comment-meta"><div class="comment-author vcard"><img class="avatar" alt="" src="a.png"><b class="fn">{person}</b>
      <span class="says">says:</span></div><div class="comment-metadata"><a href="{URL}#comment-{number}">
      <time datetime="2024-03-0{number}T10:00:00+02:00">March {number}, 2024 at 10:00 am</time></a></div></footer>
      <div class="comment-content"><p>{text}</p></div>
      <div class="reply"><a class="comment-reply-link" href="?replytocom={number}#respond" aria-label="Reply to {name}">Reply</a></div></article>{inner}</li>"""


CORE = f"""<div id="comments" class="comments-area"><h2 class="comments-title">3 thoughts on &ldquo;10 ways to count&rdquo;</h2>
  <ol class="comment-list">
  {html5(1, "Ada", "First word.", "<ol class='children'>" + html5(2, "The Author", "An answer.", classes="comment bypostauthor depth-2") + "</ol>", url="https://ada.example")}
  <li id="comment-3" class="pingback depth-1"><div class="comment-body">Pingback: <a href="https://other.example/x" class="url">Another blog</a></div></li>
  </ol><div id="respond" class="comment-respond"><h3 id="reply-title">Leave a Reply</h3><form id="commentform"><textarea></textarea></form></div></div>"""


def test_core_walker_gives_threads_people_dates_and_leaves_nothing_behind() -> None:
    reading, rest = read(CORE)
    first, second, ping = reading.comments
    assert (first.id, first.parent, first.author.name, first.author.url, first.text) == (
        1,
        None,
        "Ada",
        "https://ada.example",
        "First word.",
    )
    assert (first.date, first.date_utc, first.is_post_author) == ("2024-03-01T10:00:00+02:00", "2024-03-01T08:00:00Z", False)
    assert first.html == "<p>First word.</p>"
    assert (second.parent, second.is_post_author, second.text) == (1, True, "An answer.")
    assert (ping.type, ping.author.name, ping.author.url, ping.text) == ("pingback", "Another blog", "https://other.example/x", None)
    assert reading.count == 3
    assert rest == "10 ways to count The body of the post stands here."


def test_xhtml_walker_has_bare_paragraphs_and_a_printed_date() -> None:
    reading, _ = read(
        """<section id="comments"><h3 class="heading">2 Antworten</h3><ol class="commentlist"><li class="comment depth-1" id="comment-5">
        <div id="div-comment-5" class="comment-body"><div class="comment-author vcard"><img class="avatar"><cite class="fn">Jörg Weiß</cite>
        <span class="says">sagt:</span></div><div class="comment-meta commentmetadata"><a href="#comment-5">13. November 2020 um 3:32</a></div>
        <p>Eins.</p><p>Zwei.</p><div class="reply"><a class="comment-reply-link">Antworten</a></div></div></li></ol></section>""",
        lang="de-DE",
    )
    (comment,) = reading.comments
    assert (comment.author.name, comment.text, comment.date, reading.count) == ("Jörg Weiß", "Eins. Zwei.", "2020-11-13", 2)


def test_a_printed_time_is_completed_by_the_sites_zone() -> None:
    doc = page(
        """<ol class="commentlist"><li class="comment" id="comment-5"><div class="comment-body"><cite class="fn">A</cite>
        <div class="commentmetadata"><a href="#comment-5">July 13, 2020 at 3:32 pm</a></div><p>Text</p></div></li></ol>"""
    )
    (comment,) = read_comments(doc, "Europe/Madrid").comments
    assert (comment.date, comment.date_utc) == ("2020-07-13T15:32:00+02:00", "2020-07-13T13:32:00Z")


def test_block_theme() -> None:
    def item(number: int, depth: int, inner: str = "") -> str:
        return f"""<li id="comment-{number}" class="comment depth-{depth}"><div class="wp-block-group"><div class="wp-block-avatar"><img></div>
          <div class="wp-block-comment-author-name"><a href="https://p{number}.example" rel="external nofollow ugc">P{number}</a></div>
          <div class="wp-block-comment-date"><time datetime="2020-04-16T14:46:54-04:00"><a href="{URL}#comment-{number}">April 16</a></time></div>
          <div class="wp-block-comment-content"><p>Text {number}</p></div>
          <div class="wp-block-comment-reply-link"><a class="comment-reply-link">Reply</a></div></div>{inner}</li>"""

    reading, rest = read(
        f"""<div class="wp-block-comments"><h2 class="wp-block-heading">Comments</h2><h3 id="comments" class="wp-block-comments-title">One response to
        &#8220;10 ways to count&#8221;</h3><ol class="wp-block-comment-template">{item(8, 1, f"<ol>{item(9, 2)}</ol>")}</ol>
        <div id="respond" class="comment-respond wp-block-post-comments-form"><h3 id="reply-title">Leave a Reply</h3></div></div>"""
    )
    assert [(c.id, c.parent, c.author.name, c.author.url, c.text) for c in reading.comments] == [
        (8, None, "P8", "https://p8.example", "Text 8"),
        (9, 8, "P9", "https://p9.example", "Text 9"),
    ]
    assert reading.count == 1
    assert "Comments" not in rest and "Leave" not in rest


def test_wpdiscuz_tells_parents_by_id() -> None:
    def item(number: int, parent: int, inner: str = "") -> str:
        return f"""<div id="wpd-comm-{number}_{parent}" class="comment wpd-comment"><div class="wpd-comment-wrap"><div id="comment-{number}" class="wpd-comment-right">
          <div class="wpd-comment-header"><div class="wpd-comment-author">P{number}</div><div class="wpd-comment-date" title="July 4, 2021 7:10 pm">2 years ago</div></div>
          <div class="wpd-comment-text"><p>Text {number}</p></div><div class="wpd-comment-footer">Reply Like 3</div></div></div>{inner}</div>"""

    reading, rest = read(
        f"""<div id="wpdcom"><div class="wpd-thread-head"><div class="wpd-thread-info">2 Comments</div></div>
        <div class="wpd-thread-list">{item(11, 0)}{item(12, 11)}</div></div>"""
    )
    assert [(c.id, c.parent, c.author.name, c.date, c.text) for c in reading.comments] == [
        (11, None, "P11", "2021-07-04", "Text 11"),
        (12, 11, "P12", "2021-07-04", "Text 12"),
    ]
    assert reading.count == 2
    assert "Reply" not in rest


@pytest.mark.parametrize(
    ("markup", "name", "text"),
    [
        # ColorMag: the number on an article inside the list item, the reply link inside the text
        (
            """<li class="comment depth-1" id="li-comment-4"><article id="comment-4" class="comment"><footer class="comment-meta"><div class="comment-author vcard">
            <b class="fn">Inés</b><div class="comment-date-time">el 4 de mayo</div><a class="comment-permalink" href="#comment-4">Permalink</a></div></footer>
            <section class="comment-content comment"><p>Hola.</p><a class="comment-reply-link" href="#">Responder</a></section></article></li>""",
            "Inés",
            "Hola.",
        ),
        # OceanWP: the class of the text on its frame too
        (
            """<li id="comment-4" class="comment-container"><article class="comment depth-1 comment-body"><div class="comment-content"><div class="comment-author">
            <span class="comment-link">Beatriz</span><span class="comment-meta commentmetadata"><span class="comment-date">7 de agosto de 2020</span></span></div>
            <div class="comment-entry"><div class="comment-content"><p>Olá.</p></div></div></div></article></li>""",
            "Beatriz",
            "Olá.",
        ),
        # Astra
        (
            """<li class="comment depth-1" id="li-comment-4"><article id="comment-4" class="ast-comment"><div class="ast-comment-info"><header class="ast-comment-meta">
            <div class="ast-comment-cite-wrap"><cite><b class="fn">Kate</b></cite></div><time datetime="2020-07-05T07:50:55+01:00">July 5</time></header></div>
            <section class="ast-comment-content comment"><p>Hello.</p><div class="ast-comment-edit-reply-wrap"><span><a class="comment-reply-link">Reply</a></span></div>
            </section></article></li>""",
            "Kate",
            "Hello.",
        ),
        # Blocksy: the body's class on a comment's text
        (
            """<li id="comment-4" class="comment depth-1"><article class="ct-comment-inner" id="ct-comment-inner-4"><footer class="ct-comment-meta"><h4 class="ct-comment-author">
            <cite class="fn">Rui</cite></h4></footer><div class="ct-comment-content entry-content"><p>Bom.</p></div></article></li>""",
            "Rui",
            "Bom.",
        ),
        # a theme of its own: nothing but words that the reply link repeats
        (
            """<li class="comment depth-1" id="comment-4"><div class="the-comment"><h5>Jeffrey G</h5><div class="comment-text"><p>Thanks.</p></div>
            <a class="comment-reply-link" aria-label="Antworte auf Jeffrey G">Antworten</a></div></li>""",
            "Jeffrey G",
            "Thanks.",
        ),
    ],
    ids=["colormag", "oceanwp", "astra", "blocksy", "unknown"],
)
def test_themes_own_walkers(markup: str, name: str, text: str) -> None:
    reading, rest = read(f"<div id='comments' class='comments-area'><ol class='comment-list'>{markup}</ol></div>")
    (comment,) = reading.comments
    assert (comment.id, comment.author.name, comment.text) == (4, name, text)
    assert text not in rest


def test_numbers_are_read_from_permalinks_where_themes_print_no_ids() -> None:
    reading, _ = read(
        """<ol class="commentlist"><li class="comment depth-1"><b class="fn">A</b><a href="/a-post/#comment-21">link</a><div class="comment-text">Text</div></li></ol>"""
    )
    assert [c.id for c in reading.comments] == [21]


def test_depth_outweighs_nesting_that_a_stray_end_tag_broke() -> None:
    reading, _ = read(
        "<div id='comments'><ol class='comment-list'>"
        + html5(1, "A", "a", "<ol class='children'>" + html5(2, "B", "b", classes="comment depth-2"))
        + "</li></ol>"
        + html5(3, "C", "c", classes="comment depth-2")
        + "</ol></div>"
    )
    assert [(c.id, c.parent) for c in reading.comments] == [(1, None), (2, 1), (3, 1)]


def test_what_awaits_moderation_is_left_out() -> None:
    waiting = html5(2, "B", "<em class='comment-awaiting-moderation'>Your comment is awaiting moderation.</em> secret")
    reading, rest = read(f"<div id='comments'><ol class='comment-list'>{html5(1, 'A', 'a')}{waiting}</ol></div>")
    assert [c.id for c in reading.comments] == [1]
    assert "secret" not in rest


def test_a_discussion_around_the_body_gives_its_comments_and_keeps_the_body() -> None:
    doc = read_document(
        f"<html><body><div id='comments'><h1>Title</h1><div class='entry-content'><p>Body.</p></div><ol class='comment-list'>{html5(1, 'A', 'a')}</ol>"
        "<div id='respond'><form id='commentform'></form></div></div></body></html>",
        URL,
    )
    reading = read_comments(doc)
    assert [c.id for c in reading.comments] == [1]
    assert text_of(doc.root) == "Title Body."


@pytest.mark.parametrize(
    ("heading", "count"),
    [
        ("3 thoughts on “10 Tips”", 3),
        ("One thought on “Title”", 1),
        ("Un comentario", 1),
        ("“10 Tips” に対して2件のコメントがあります", 2),
        ("1.234 Kommentare", 1234),
        ("No Comments", 0),
        ("Comments", None),
        ("Eine Antwort schreiben", None),
        ("5 комментариев к «Статья»", 5),
        ("Este post tem 7 comentários", 7),
    ],
)
def test_count_as_printed(heading: str, count: int | None) -> None:
    reading, _ = read(f"<div id='comments'><h2 class='comments-title'>{heading}</h2></div>")
    assert reading.count == count


def test_count_from_links_and_json_ld() -> None:
    by_link, _ = read("", before=ARTICLE + f"<span class='comments-link'><a href='{URL}#comments'>12 Comments</a></span>")
    others, _ = read(
        "", before=ARTICLE + "<span class='comments-link'><a href='https://example.org/other/#comments'>12 Comments</a></span>"
    )
    by_graph, _ = read('<script type="application/ld+json">{"@type":"Article","commentCount":4}</script>')
    assert (by_link.count, others.count, by_graph.count) == (12, None, 4)


def test_other_pages_of_a_discussion() -> None:
    older = "<nav class='comment-navigation'><div class='nav-previous'><a href='/a-post/comment-page-2/#comments'>Older</a></div></nav>"
    newer = "<nav class='comment-navigation'><div class='nav-next'><a href='/a-post/comment-page-2/#comments'>Newer</a></div></nav>"
    pages = [f"{URL}comment-page-{n}/" for n in (1, 2, 3)]
    assert read(older)[0].pages == pages[:2]  # the bare address shows the newest page
    assert read(newer)[0].pages == pages[1:2]  # it shows the oldest
    assert read(older.replace("page-2", "page-3") + newer.replace("page-2", "page-1"), url=pages[1])[0].pages == [pages[0], pages[2]]
    plain = "<div id='comments'><div class='navigation'><a class='page-numbers' href='/?p=5&amp;cpage=3#comments'>3</a></div></div>"
    assert read(plain, url="https://example.org/?p=5")[0].pages == [f"https://example.org/?p=5&cpage={n}" for n in (2, 3)]
    assert read_comment_page(page(CORE, url=pages[1])).comments[0].id == 1


def test_comments_of_other_systems_are_named_and_their_place_is_cleared() -> None:
    reading, rest = read("<div id='disqus_thread'><noscript>x</noscript>Loading the discussion</div>")
    assert reading.warnings == ["comments: those of Disqus are not in the page"]
    assert (reading.comments, reading.count) == ([], None)
    assert "Loading" not in rest


def test_rest_items() -> None:
    items: list[Any] = [
        {
            "id": 4,
            "post": 7,
            "parent": 0,
            "author_name": "O&#039;Brien",
            "author_url": "https://o.example",
            "date": "2024-07-01T12:00:00",
            "date_gmt": "2024-07-01T10:00:00",
            "content": {"rendered": "<p>Hello &amp; <em>welcome</em></p>\n"},
            "type": "comment",
            "status": "approved",
        },
        {"id": 5, "parent": 4, "author_name": "", "date": "2024-01-01T12:00:00", "content": {"rendered": ""}, "type": "pingback"},
        {"id": 6, "status": "hold", "content": {"rendered": "spam"}},
        {"parent": 1},
        {"id": "x"},
    ]
    first, second = from_rest(items, "+01:00")
    assert (first.author.name, first.author.url, first.text) == ("O'Brien", "https://o.example", "Hello & welcome")
    assert (first.date, first.date_utc, first.parent) == ("2024-07-01T12:00:00+02:00", "2024-07-01T10:00:00Z", None)
    assert (second.type, second.parent, second.text, second.date_utc) == ("pingback", 4, None, "2024-01-01T11:00:00Z")


def test_merging_keeps_what_each_source_alone_knows() -> None:
    seen = read_comments(page(CORE)).comments
    known = from_rest(
        [
            {
                "id": 2,
                "parent": 1,
                "author_name": "The Author",
                "date": "2024-03-02T10:00:00",
                "date_gmt": "2024-03-02T08:00:00",
                "content": {"rendered": "<p>An answer.</p>"},
            },
            {
                "id": 9,
                "parent": 2,
                "author_name": "New",
                "date": "2024-03-09T10:00:00",
                "date_gmt": "2024-03-09T08:00:00",
                "content": {"rendered": "<p>Late.</p>"},
            },
        ]
    )
    merged = merge_comments([*seen, *seen], known)
    assert [(c.id, c.parent, c.type) for c in merged] == [(1, None, "comment"), (2, 1, "comment"), (3, None, "pingback"), (9, 2, "comment")]
    assert merged[1].is_post_author


@pytest.mark.parametrize("markup", ["<li id='comment-1'>", "<div id='comments'>", "<li class='comment'>", "<ol class='commentlist'>"])
def test_deep_nesting_is_read_in_bounded_time(markup: str) -> None:
    reading, _ = read(markup * 1000)
    assert len(reading.comments) <= 1


def test_many_comments_nested_in_one_another() -> None:
    reading, _ = read("".join(f"<ol><li id='comment-{n}' class='comment'><p>{n}</p>" for n in range(1, 400)))
    assert len(reading.comments) > 100
    assert reading.comments[5].parent == reading.comments[4].id


def test_what_stood_around_edit_links_goes_with_them() -> None:
    reading, _ = read(
        CORE.replace(
            "<p>First word.</p>",
            "<p>First <em>word</em>.</p><div class='meta'><span class='edit-link'>Edit</span> <span></span></div><p>&nbsp;</p>",
        )
    )
    assert reading.comments[0].html == "<p>First <em>word</em>.</p>"


def test_rest_tells_the_posts_author_by_the_account() -> None:
    items = [
        {"id": n, "author": author, "author_name": "N", "date": "2024-03-01T10:00:00", "content": {"rendered": "<p>x</p>"}}
        for n, author in ((1, 5), (2, 0), (3, 6))
    ]
    assert [c.is_post_author for c in from_rest(items, post_author=5)] == [True, False, False]
    assert [c.is_post_author for c in from_rest(items)] == [False, False, False]
