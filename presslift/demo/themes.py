"""Prints the built-in site's pages as two kinds of theme do: a magazine theme in Spanish, a block theme in English."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
OFFSET = "-05:00"


def spanish_date(local: str) -> str:
    """``marzo 18, 2025``: what a site installed in English and switched to Spanish prints."""
    when = datetime.fromisoformat(local)
    return f"{MONTHS[when.month - 1]} {when.day}, {when.year}"


def _head(site: Any, title: str, url: str, language: str, body_class: str, extra: str = "") -> str:
    theme = "colormag" if language == "es" else "twentytwentyfour"
    return (
        f'<!DOCTYPE html><html lang="{"es" if language == "es" else "en-US"}"><head><meta charset="UTF-8"><title>{escape(title)}</title>'
        f'<meta name="generator" content="WordPress 6.5.5"><link rel="canonical" href="{url}">'
        f'<link rel="https://api.w.org/" href="{site.url}/wp-json/"><link rel="alternate" type="application/rss+xml" href="{site.url}/feed/">'
        f'<link rel="stylesheet" id="{theme}-style-css" href="{site.url}/wp-content/themes/{theme}/style.css?ver=4.0.3">{extra}</head>'
        f'<body class="{body_class} wp-theme-{theme}">'
    )


def _menu(site: Any) -> str:
    items = "".join(
        f'<li class="menu-item"><a href="{site.url}/category/{c["slug"]}/">{escape(c["name"])}</a></li>' for c in site.data["categories"]
    )
    items += "".join(f'<li class="menu-item"><a href="{site.link(p)}">{escape(p["title"])}</a></li>' for p in site.data["pages"])
    return f'<nav id="cm-primary-nav"><ul class="menu">{items}</ul></nav>'


def _sidebar(site: Any) -> str:
    recent = "".join(f'<li><a href="{site.link(p)}">{escape(p["title"])}</a></li>' for p in site.public("posts")[:3])
    return (
        '<div id="cm-secondary" class="cm-secondary"><aside class="widget widget_search"><form role="search" class="search-form"><input name="s">'
        f'</form></aside><aside class="widget widget_recent_entries"><h3 class="cm-widget-title">Entradas recientes</h3><ul>{recent}</ul></aside></div>'
    )


FOOTER = '<footer id="cm-footer" class="cm-footer"><p>Copyright © 2025 Cuaderno del Sur. Todos los derechos reservados.</p></footer></body></html>'


def _meta_line(site: Any, post: dict[str, Any]) -> str:
    user = site.user(post)
    link = site.link(post)
    return (
        f'<div class="cm-below-entry-meta"><span class="cm-post-date"><a href="{link}" rel="bookmark">📅 <time class="entry-date published updated" '
        f'datetime="{post["date"]}{OFFSET}">{spanish_date(post["date"])}</time></a></span> <span class="cm-author cm-vcard">👤 '
        f'<a class="url fn n" href="{site.url}/author/{user["slug"]}/" title="{user["name"]}">{user["name"]}</a></span></div>'
    )


def _related(site: Any, post: dict[str, Any]) -> str:
    if not post.get("related"):
        return ""
    cards = []
    for id in post["related"]:
        other = site.by_id(id)
        if other is None:
            continue
        date = _meta_line(site, other) if id in post.get("dated", []) else ""
        title = escape(other["title"])
        cards.append(
            f'<div class="single-related-posts"><div class="cm-post-content"><h3 class="cm-entry-title"><a href="{site.link(other)}" rel="bookmark" '
            f'title="{title}">{title}</a></h3>{date}</div></div>'
        )
    return (
        '<div class="related-posts-wrapper"><h3 class="related-posts-main-title"><i class="fa fa-thumbs-up"></i><span>👍 También te puede gustar</span></h3>'
        f'<div class="related-posts">{"".join(cards)}</div></div>'
    )


def _comments(site: Any, post: dict[str, Any]) -> str:
    def thread(parent: int | None, depth: int) -> str:
        shown = []
        for comment in (c for c in post.get("comments", []) if c.get("parent") == parent):
            answers = thread(comment["id"], depth + 1)
            children = f'<ol class="children">{answers}</ol>' if answers else ""
            by_author = " bypostauthor" if comment.get("user") == post.get("author", 1) else ""
            shown.append(
                f'<li class="comment depth-{depth}{by_author}" id="comment-{comment["id"]}"><article id="div-comment-{comment["id"]}" class="comment-body">'
                f'<footer class="comment-meta"><div class="comment-author vcard"><b class="fn">{escape(comment["author"])}</b> <span class="says">dice:</span></div>'
                f'<div class="comment-metadata"><a href="{site.link(post)}#comment-{comment["id"]}"><time datetime="{comment["date"]}{OFFSET}">'
                f'{spanish_date(comment["date"])}</time></a></div></footer><div class="comment-content"><p>{escape(comment["text"])}</p></div>'
                f'<div class="reply"><a class="comment-reply-link" href="{site.link(post)}?replytocom={comment["id"]}#respond">Responder</a></div></article>{children}</li>'
            )
        return "".join(shown)

    number = len(post.get("comments", []))
    listed = (
        f'<h3 class="comments-title">{number} comentarios en «{escape(post["title"])}»</h3><ol class="comment-list">{thread(None, 1)}</ol>'
        if number
        else ""
    )
    return (
        f'<div id="comments" class="comments-area">{listed}<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">Deja una respuesta</h3>'
        f'<form action="{site.url}/wp-comments-post.php" method="post" id="commentform" class="comment-form"><p class="comment-notes">Tu dirección de correo electrónico no '
        f'será publicada.</p><textarea name="comment"></textarea><input type="hidden" name="comment_post_ID" value="{post["id"]}"></form></div></div>'
    )


def single(site: Any, post: dict[str, Any]) -> str:
    """The page of a post or page, in the theme of its language."""
    kind = "page" if post in site.data["pages"] else "post"
    language = post.get("language", "es")
    body_class = (
        f"page-template-default page page-id-{post['id']}"
        if kind == "page"
        else f"wp-singular post-template-default single single-post postid-{post['id']} single-format-standard"
    )
    sibling = site.by_id(post["translation"]) if post.get("translation") else None
    extra = f'<link rel="shortlink" href="{site.url}/?p={post["id"]}">'
    if sibling is not None:
        extra += f'<link rel="alternate" hreflang="{sibling.get("language", "es")}" href="{site.link(sibling)}"><link rel="alternate" hreflang="{language}" href="{site.link(post)}">'
    head = _head(site, f"{post['title']} – {site.data['site']['name']}", site.link(post), language, body_class, extra)
    content = site.content(post)
    return head + (_block_article(site, post, content) if language == "en" else _magazine_article(site, post, kind, content)) + FOOTER


def _magazine_article(site: Any, post: dict[str, Any], kind: str, content: str) -> str:
    categories = [site.term("categories", n) for n in post.get("categories", [])]
    links = "".join(f'<a href="{site.url}/category/{c["slug"]}/" rel="category tag">{escape(c["name"])}</a>' for c in categories)
    tags = [site.term("tags", n) for n in post.get("tags", [])]
    tagged = "".join(f'<a href="{site.url}/tag/{t["slug"]}/" rel="tag">{escape(t["name"])}</a>' for t in tags)
    classes = " ".join(
        [
            f"post-{post['id']} {kind} type-{kind} status-publish hentry",
            *(f"category-{c['slug']}" for c in categories),
            *(f"tag-{t['slug']}" for t in tags),
        ]
    )
    picture = ""
    if post.get("picture"):
        classes += " has-post-thumbnail"
        picture = f'<div class="cm-featured-image"><img class="attachment-colormag-featured-image wp-post-image" src="{site.url}/wp-content/uploads/2025/03/{post["picture"]}" alt=""></div>'
    meta = _meta_line(site, post) if kind == "post" else ""
    footer = f'<div class="cm-tags">{tagged}</div>' if tagged else ""
    return (
        f'<header id="cm-masthead"><p class="cm-site-title"><a href="{site.url}/" rel="home">{site.data["site"]["name"]}</a></p>{_menu(site)}</header><div id="cm-content"><div id="cm-primary">'
        f'<article id="post-{post["id"]}" class="{classes}">{picture}<div class="cm-post-content"><div class="cm-entry-header-meta"><div class="cm-post-categories">{links}</div></div>'
        f'<header class="cm-entry-header"><h1 class="cm-entry-title">{escape(post["title"])}</h1></header>{meta}<div class="cm-entry-summary">{content}</div>{footer}</div></article>'
        f"{_related(site, post)}{_comments(site, post) if kind == 'post' else ''}</div>{_sidebar(site)}</div>"
    )


def _block_article(site: Any, post: dict[str, Any], content: str) -> str:
    categories = "".join(
        f'<a href="{site.url}/category/{c["slug"]}/" rel="tag">{escape(c["name"])}</a>'
        for c in (site.term("categories", n) for n in post.get("categories", []))
    )
    user = site.user(post)
    when = datetime.fromisoformat(post["date"])
    return (
        f'<div class="wp-site-blocks"><header class="wp-block-template-part"><p class="wp-block-site-title"><a href="{site.url}/">{site.data["site"]["name"]}</a></p></header>'
        f'<main class="wp-block-group"><div class="wp-block-group"><h1 class="wp-block-post-title">{escape(post["title"])}</h1><div class="wp-block-template-part"><div class="wp-block-post-date">'
        f'<time datetime="{post["date"]}{OFFSET}"><a href="{site.link(post)}">{when:%B} {when.day}, {when.year}</a></time></div><p class="has-small-font-size">by</p>'
        f'<div class="wp-block-post-author-name"><a href="{site.url}/author/{user["slug"]}/" class="wp-block-post-author-name__link">{user["name"]}</a></div>'
        f'<div class="taxonomy-category wp-block-post-terms">{categories}</div></div></div>'
        f'<div class="entry-content wp-block-post-content is-layout-constrained">{content}</div></main></div>'
    )


def archive(
    site: Any, title: str, body_class: str, posts: list[dict[str, Any]], url: str, following: str | None = None, heading: str | None = None
) -> str:
    """A list of posts: home, term, author."""
    cards = "".join(
        f'<article id="post-{p["id"]}" class="post-{p["id"]} post type-post hentry"><div class="cm-post-content"><h2 class="cm-entry-title"><a href="{site.link(p)}">{escape(p["title"])}</a></h2>'
        f'{_meta_line(site, p)}<div class="cm-entry-summary"><p>{escape(site.excerpt(p))}</p></div></div></article>'
        for p in posts
    )
    older = f'<ul class="default-wp-page"><li class="previous"><a href="{following}">← Anteriores</a></li></ul>' if following else ""
    top = f'<header class="cm-page-header"><h1 class="cm-page-title">{escape(heading)}</h1></header>' if heading else ""
    return (
        _head(site, title, url, "es", body_class) + _menu(site) + f'<div id="cm-primary">{top}{cards}{older}</div>{_sidebar(site)}' + FOOTER
    )


def password_form(site: Any, post: dict[str, Any]) -> str:
    """What WordPress prints in place of a protected post's content."""
    return (
        f'<form action="{site.url}/wp-login.php?action=postpass" class="post-password-form" method="post"><p>Este contenido está protegido por contraseña.</p>'
        f'<p><label>Contraseña: <input name="post_password" type="password"></label></p></form>'
    )
