"""Pictures, files and embeds of a body."""

from __future__ import annotations

import pytest

from presslift.records import Article, Media
from presslift.transforms.context import Context
from presslift.transforms.embeds import watch_address
from presslift.transforms.media import media

UPLOADS = "https://site.example/wp-content/uploads/2024/01"
KNOWN = {
    "url": f"{UPLOADS}/known-scaled.jpg",
    "wp_id": 9,
    "width": 2560,
    "height": 1700,
    "alt": "rest",
    "caption": "rest",
    "mime": "image/jpeg",
}
REST = {f"{UPLOADS}/known-300x200.jpg": KNOWN, f"{UPLOADS}/known-scaled.jpg": KNOWN}
CONTEXT = Context(base_url="https://site.example", site_hosts=frozenset({"site.example"}), media_by_url=REST.get)


def made(html: str | None, **fields) -> Article:
    return media(Article(url="https://site.example/a/", body_html=html, **fields), CONTEXT)


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (f'<img src="{UPLOADS}/a-300x200.jpg" data-full-url="{UPLOADS}/a.jpg">', f"{UPLOADS}/a.jpg"),
        (f'<a href="{UPLOADS}/a.jpg"><img src="{UPLOADS}/a-300x200.jpg"></a>', f"{UPLOADS}/a.jpg"),
        (f'<a href="/b/"><img src="{UPLOADS}/a-300x200.jpg"></a>', f"{UPLOADS}/a.jpg"),
        (f'<img src="{UPLOADS}/a-300x200.jpg" srcset="{UPLOADS}/a-300x200.jpg 300w, {UPLOADS}/a.jpg 900w">', f"{UPLOADS}/a.jpg"),
        (
            f'<img src="{UPLOADS}/a-300x200.jpg" srcset="{UPLOADS}/a-scaled.jpg 2560w, {UPLOADS}/a-300x200.jpg 300w">',
            f"{UPLOADS}/a-scaled.jpg",
        ),
        (f'<img src="{UPLOADS}/known-300x200.jpg">', f"{UPLOADS}/known-scaled.jpg"),
        (f'<img src="{UPLOADS}/a-scaled.jpg">', f"{UPLOADS}/a-scaled.jpg"),
        (f'<img src="{UPLOADS}/plan-9x12.jpg">', f"{UPLOADS}/plan-9x12.jpg"),
        ('<img src="https://far.example/a-300x200.jpg">', "https://far.example/a-300x200.jpg"),
        ('<img src="https://far.example/a.jpg" srcset="https://far.example/a@2x.jpg 2x">', "https://far.example/a@2x.jpg"),
    ],
)
def test_full_size_picture(html, url):
    assert [m.url for m in made(html).media] == [url]


def test_picture_with_all_its_parts():
    article = made(
        f'<figure><img class="wp-image-7" src="{UPLOADS}/a.jpg" alt="A" width="640" height="480">'
        '<figcaption>The <b>caption</b><sup id="fnref-1"><a href="#fn-1">1</a></sup>. <span class="media-credit">Ann / Agency</span></figcaption></figure>'
    )
    (row,) = article.media
    assert (row.position, row.role, row.kind, row.alt, row.width, row.height, row.wp_id) == (1, "inline", "image", "A", 640, 480, 7)
    assert (row.caption, row.credit, row.mime, row.status) == ("The caption. Ann / Agency", "Ann / Agency", "image/jpeg", "not_fetched")


def test_size_of_a_smaller_copy_is_not_the_picture_s():
    (row,) = made(f'<img src="{UPLOADS}/a-300x200.jpg" width="300" height="200">').media
    assert (row.url, row.width, row.height) == (f"{UPLOADS}/a.jpg", None, None)


def test_rest_fills_in_but_the_page_s_caption_holds():
    (row,) = made(f'<img src="{UPLOADS}/known-300x200.jpg" alt="page">').media
    assert (row.alt, row.wp_id, row.width, row.caption) == ("page", 9, 2560, None)


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("A street. Photo: Ann Lee", "Ann Lee"),
        ("Una calle (Foto: EFE)", "EFE"),
        ("A street © Reuters", None),
        ("© Reuters", "Reuters"),
        ("What the photo shows: a street, at night. Late", None),
    ],
)
def test_credit_in_a_caption(caption, credit):
    assert made(f'<figure><img src="/a.jpg"><figcaption>{caption}</figcaption></figure>').media[0].credit == credit


def test_galleries_keep_each_caption():
    article = made(
        '<figure class="wp-block-gallery"><figure><img src="/a.jpg"><figcaption>A</figcaption></figure><figure><img src="/b.jpg"></figure>'
        "<figcaption>All of it</figcaption></figure><p><img src='/c.jpg'></p>"
    )
    assert [(m.url[-5:], m.role, m.caption) for m in article.media] == [
        ("a.jpg", "gallery", "A"),
        ("b.jpg", "gallery", None),
        ("c.jpg", "inline", None),
    ]


def test_featured_first_and_a_row_a_use():
    before = Media(
        position=1,
        url="https://site.example/f.jpg",
        role="featured",
        kind="image",
        alt="F",
        wp_id=3,
        local_path="media/f.jpg",
        status="done",
    )
    article = made('<img src="/f.jpg"><img src="/f.jpg">', featured_image="https://site.example/f.jpg", media=[before])
    assert [(m.position, m.role, m.alt, m.status) for m in article.media] == [
        (1, "featured", "F", "done"),
        (2, "inline", None, "not_fetched"),
        (3, "inline", None, "not_fetched"),
    ]
    assert [m.role for m in made(None, featured_image="/f.jpg").media] == ["featured"]


def test_sounds_videos_and_files():
    article = made(
        '<figure><video controls><source src="/v.mp4"></video><figcaption>V</figcaption></figure><audio src="/s.mp3"></audio>'
        '<a href="/d.pdf">D</a><a href="/p.jpg">picture</a><a href="/page/">no</a>'
    )
    assert [(m.url[20:], m.kind, m.role, m.caption, m.mime) for m in article.media] == [
        ("/v.mp4", "video", "inline", "V", "video/mp4"),
        ("/s.mp3", "audio", "inline", None, "audio/mpeg"),
        ("/d.pdf", "file", "file", None, "application/pdf"),
        ("/p.jpg", "image", "file", None, "image/jpeg"),
    ]


@pytest.mark.parametrize(
    ("source", "provider", "url"),
    [
        ("https://www.youtube.com/embed/dQw4w9WgXcQ?feature=oembed", "YouTube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("//www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "YouTube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?t=3", "YouTube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/embed/videoseries?list=PL1", "YouTube", "https://www.youtube.com/playlist?list=PL1"),
        ("https://player.vimeo.com/video/76979871?dnt=1", "Vimeo", "https://vimeo.com/76979871"),
        ("https://open.spotify.com/embed/episode/4rOo?utm_source=oembed", "Spotify", "https://open.spotify.com/episode/4rOo"),
        ("https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F1&color=x", "SoundCloud", "https://api.soundcloud.com/tracks/1"),
        ("https://platform.twitter.com/embed/Tweet.html?dnt=false&id=20", "Twitter", "https://twitter.com/i/status/20"),
        ("https://www.instagram.com/p/Cx1/embed/captioned/", "Instagram", "https://www.instagram.com/p/Cx1/"),
        ("https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fposts%2F1&w=500", "Facebook", "https://www.facebook.com/a/posts/1"),
        ("https://www.google.com/maps/embed?pb=1", "Google Maps", "https://www.google.com/maps/embed?pb=1"),
        ("https://widgets.datawrapper.de/x/", "Datawrapper", "https://widgets.datawrapper.de/x/"),
        ("https://o.example/p/embed/#?secret=abc", "WordPress", "https://o.example/p/"),
        ("//unknown.example/frame", None, "https://unknown.example/frame"),
        ("http://[bad", None, "http://[bad"),
    ],
)  # fmt: skip
def test_whose_frame(source, provider, url):
    assert watch_address(source) == (provider, url)


def test_embeds_in_order():
    article = made(
        '<figure class="wp-block-embed"><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="T"></iframe></figure>'
        '<blockquote class="twitter-tweet"><p>Hi <a href="https://t.co/x">x</a></p>— A <a href="https://twitter.com/a/status/20?ref_src=tw">d</a></blockquote>'
        '<blockquote class="wp-embedded-content"><a href="https://o.example/p/">Their post</a></blockquote>'
        '<figure class="wp-block-embed">https://vimeo.com/76979871</figure><blockquote>mere words</blockquote>'
    )
    assert [(e.position, e.provider, e.url, e.title) for e in article.embeds] == [
        (1, "YouTube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "T"),
        (2, "Twitter", "https://twitter.com/a/status/20", None),
        (3, "WordPress", "https://o.example/p/", "Their post"),
        (4, "Vimeo", "https://vimeo.com/76979871", None),
    ]
    assert article.embeds[0].html == '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="T"></iframe>'


@pytest.mark.parametrize(
    ("shown", "alt", "url", "expected"),
    [
        (f"{UPLOADS}/a-800x445.jpg", "Two banks", f"{UPLOADS}/a.jpg", "Two banks"),
        (f"{UPLOADS}/known-300x200.jpg", "You are viewing The bridge", f"{UPLOADS}/known-scaled.jpg", "rest"),
        (f"{UPLOADS}/a.jpg", "You are viewing The bridge", f"{UPLOADS}/a.jpg", None),
        ("https://far.example/b-800x445.jpg", None, "https://far.example/b-800x445.jpg", None),
    ],
)
def test_the_featured_image_is_the_upload_with_its_own_words(shown: str, alt: str | None, url: str, expected: str | None) -> None:
    given = [Media(position=1, url=shown, role="featured", kind="image", alt=alt)]
    article = made("<p>x</p>", title="The bridge", featured_image=shown, media=given)
    assert (article.featured_image, article.media[0].url, article.media[0].alt) == (url, url, expected)
