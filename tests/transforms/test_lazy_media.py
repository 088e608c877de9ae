"""Lazy pictures, stand-ins, twins and picture networks."""

from __future__ import annotations

import pytest

from presslift.records import Article
from presslift.transforms.context import Context
from presslift.transforms.lazy_media import lazy_media

CONTEXT = Context(base_url="https://site.example", site_hosts=frozenset({"site.example"}))
PLACEHOLDER = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def made(html: str) -> str:
    return lazy_media(Article(body_html=html), CONTEXT).body_html or ""


@pytest.mark.parametrize(
    "attributes",
    [
        f'src="{PLACEHOLDER}" data-src="/a.jpg"',
        f'src="{PLACEHOLDER}" data-lazy-src="/a.jpg"',
        'src="/plugins/a3/lazy_placeholder.gif" data-src="/a.jpg"',
        'src="data:image/svg+xml,%3Csvg%3E" data-orig-src="/a.jpg"',
        'src="/a.jpg?is-pending-load=1"',
        'nitro-lazy-src="/a.jpg"',
        f'src="{PLACEHOLDER}" data-img-url="/a.jpg"',
        f'src="{PLACEHOLDER}" data-opt-src="/a.jpg"',
        f'src="{PLACEHOLDER}" data-src="{PLACEHOLDER}" data-original="/a.jpg"',
        f'src="{PLACEHOLDER}" data-srcset="/a.jpg 300w"',
        'src="/a.jpg" data-lazyloaded="1"',
    ],
)
def test_true_address_is_found(attributes):
    assert made(f"<img {attributes}>") == '<img src="/a.jpg">'


def test_srcset_of_lazy_loaders():
    html = made(f'<img src="{PLACEHOLDER}" data-src="/a.jpg" data-srcset="/a-300x200.jpg 300w, /a.jpg 900w" data-sizes="auto, 50vw">')
    assert html == '<img src="/a.jpg" srcset="/a-300x200.jpg 300w, /a.jpg 900w" sizes="50vw">'


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="{PLACEHOLDER}" data-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>',
        f'<noscript><img src="/a.jpg"></noscript><img src="{PLACEHOLDER}" data-src="/a.jpg">',
        f'<img class="lazy" src="{PLACEHOLDER}"><noscript><img src="/a.jpg"></noscript>',
        '<noscript><img src="/a.jpg"></noscript>',
        '<amp-img src="/a.jpg"><noscript><img src="/a.jpg"></noscript></amp-img>',
        '<picture><source type="image/webp" srcset="/a.webp"><img src="/a.jpg"></picture>',
        f'<picture><source srcset="/a.webp 1x"><source data-srcset="/a.jpg"><img src="{PLACEHOLDER}"></picture>',
    ],
)
def test_picture_stands_once(html):
    assert made(html) == '<img src="/a.jpg">'


def test_pixels_that_count_visits_go():
    assert (
        made('<p>t</p><noscript><img height="1" width="1" src="https://n.example/tr?id=1"></noscript><img width="1" height="1" src="x">')
        == "<p>t</p>"
    )


def test_names_that_only_look_like_placeholders_stay():
    assert made('<img src="/uploads/google-pixel.png"><img src="/uploads/loading.jpg">').count("src=") == 2


@pytest.mark.parametrize(
    ("html", "address"),
    [
        (
            '<div class="rll-youtube-player" data-src="https://www.youtube.com/embed/abcdef" data-id="abcdef"></div>',
            "https://www.youtube.com/embed/abcdef",
        ),
        ('<lite-youtube videoid="abcdef"></lite-youtube>', "https://www.youtube.com/embed/abcdef"),
        ('<amp-youtube data-videoid="abcdef"></amp-youtube>', "https://www.youtube.com/embed/abcdef"),
        ('<iframe src="about:blank" data-lazy-src="https://player.vimeo.com/video/1"></iframe>', "https://player.vimeo.com/video/1"),
        ('<iframe data-src-cmplz="https://player.vimeo.com/video/1"></iframe>', "https://player.vimeo.com/video/1"),
        (
            '<div class="elementor-element elementor-widget-video" data-settings=\'{"youtube_url":"https:\\/\\/youtu.be\\/abcdef"}\'><div></div></div>',
            "https://youtu.be/abcdef",
        ),
    ],
)
def test_stand_ins_become_frames(html, address):
    twin = f'<noscript><iframe src="{address}"></iframe></noscript>'
    assert made(html) == f'<iframe src="{address}"></iframe>'
    assert made(html + twin) == f'<iframe src="{address}"></iframe>'


@pytest.mark.parametrize("settings", ["", "[]", "{", '{"youtube_url": 3}', '{"youtube_url": "javascript:alert(1)"}'])
def test_odd_settings_of_a_video_do_no_harm(settings):
    assert "iframe" not in made(f"<div class='elementor-widget-video' data-settings='{settings}'><p>x</p></div>")


@pytest.mark.parametrize(
    ("address", "original"),
    [
        ("https://i0.wp.com/site.example/wp-content/uploads/a.jpg?resize=300%2C200&ssl=1", "https://site.example/wp-content/uploads/a.jpg"),
        ("//i2.wp.com/other.example/a.jpg?w=3", "https://other.example/a.jpg"),
        ("https://res.cloudinary.com/c/image/fetch/w_300,f_auto/https://site.example/a.jpg", "https://site.example/a.jpg"),
        ("https://res.cloudinary.com/c/image/fetch/f_auto/https%3A%2F%2Fsite.example%2Fa.jpg", "https://site.example/a.jpg"),
        ("https://res.cloudinary.com/c/image/upload/w_300,c_fill/v12/x/a.jpg", "https://res.cloudinary.com/c/image/upload/v12/x/a.jpg"),
        ("https://k.i.optimole.com/cb:1/w:300/h:200/q:90/f:best/https://site.example/a.jpg", "https://site.example/a.jpg"),
        ("https://cdn.shortpixel.ai/spai/w_300+q_lossy+ret_img/site.example/p/a.png", "https://site.example/p/a.png"),
        ("https://cdn.shortpixel.ai/client/q_lossy,ret_img/https://site.example/a.png", "https://site.example/a.png"),
        ("https://k.exactdn.com/wp-content/a.jpg?strip=all", "https://site.example/wp-content/a.jpg"),
        ("https://site.example/cdn-cgi/image/w=300,q=80/wp-content/a.jpg", "https://site.example/wp-content/a.jpg"),
        ("/cdn-cgi/image/w=300/https://site.example/a.jpg", "https://site.example/a.jpg"),
        ("https://x.files.wordpress.com/2020/01/a.jpg?w=300&h=200&crop=1", "https://x.files.wordpress.com/2020/01/a.jpg"),
        ("https://i0.wp.com/k.i.optimole.com/w:1/https://site.example/a.jpg", "https://site.example/a.jpg"),
        ("https://site.example/a.jpg?ver=3", "https://site.example/a.jpg?ver=3"),
        ("https://site.example/picture.php?w=3&id=2", "https://site.example/picture.php?w=3&id=2"),
        ("https://site.example/i0.wp.com/a.jpg", "https://site.example/i0.wp.com/a.jpg"),
    ],
)
def test_networks_are_undone(address, original):
    html = made(f'<img src="{address.replace("&", "&amp;")}">')
    assert html == f'<img src="{original.replace("&", "&amp;")}">'
    assert lazy_media(Article(featured_image=address), CONTEXT).featured_image == original


def test_query_in_name():
    assert (
        made('<img src="https://site.example/wp-content/uploads/image-1.png?w=1024">')
        == '<img src="https://site.example/wp-content/uploads/image-1.png">'
    )


def test_own_scheme_is_kept_for_own_hosts():
    context = Context(base_url="http://old.example", site_hosts=frozenset({"old.example"}))
    html = lazy_media(Article(body_html='<img src="https://i1.wp.com/old.example/a.jpg?w=1">'), context).body_html
    assert html == '<img src="http://old.example/a.jpg">'


def test_whole_tag_rewritten():
    far = "https://i0.wp.com/site.example/wp-content/uploads/a.jpg"
    html = made(
        f'<a href="{far}?ssl=1"><img src="{far}?resize=300%2C200" srcset="{far}?w=300 300w, {far}?w=900 900w" data-orig-file="{far}?fit=900"></a>'
    )
    assert "wp.com" not in html
    near = "https://site.example/wp-content/uploads/a.jpg"
    assert html == f'<a href="{near}"><img src="{near}" data-full-url="{near}"></a>'


def test_upload_and_id_are_noted():
    html = made(
        '<figure id="attachment_7"><img src="/a-300x200.jpg" data-orig-file="https://site.example/a.jpg"></figure><img data-id="8" src="/b.jpg">'
    )
    assert 'class="wp-image-7" src="/a-300x200.jpg" data-full-url="https://site.example/a.jpg"' in html
    assert '<img class="wp-image-8" src="/b.jpg">' in html


def test_cover_in_css_becomes_a_picture():
    html = made('<div class="wp-block-cover has-parallax" style="background-image:url(\'https://site.example/c.jpg\')"><p>over</p></div>')
    assert '<img src="https://site.example/c.jpg" alt=""><p>over</p>' in html


def test_body_without_pictures_is_left_as_it_is():
    assert made("<P>As <b>written</P>") == "<P>As <b>written</P>"
