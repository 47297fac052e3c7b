"""Articles as everybody reads them, with or without an account."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.articles.machine import ARTICLE_WORKFLOW
from shuhua_core.articles.markup import first_words, to_html
from shuhua_core.articles.models import SECTIONS
from shuhua_core.articles.service import ArticleService

from .. import formats
from ..api import record_id
from ..i18n import _
from ..public.pages import page
from ..security import PUBLIC
from .api import articles_page, pictures_of

SHOWN = 20


@view_config(route_name="news.list", request_method="GET", permission=PUBLIC, renderer="templates/articles.pt")
def list_articles(request: Request) -> dict[str, Any]:
    """What is published to the reader, by section."""
    section = request.GET.get("section")
    section = section if section in SECTIONS else None
    found = articles_page(request, section, SHOWN, request.GET.get("cursor") or None)
    pictures = pictures_of(request, found.items)
    zone, english = request.deployment.settings.timezone, request.locale_name == "en"
    query = {"section": section} if section else {}
    return page(
        request,
        _("News"),
        sections=[
            (words[english], request.route_path("news.list", _query={"section": code}), code == section)
            for code, words in SECTIONS.items()
        ],
        articles=[
            {
                "title": each.title(request.locale_name),
                "summary": first_words(each.body(request.locale_name)),
                "section": SECTIONS[each.section][english],
                "on": formats.moment(each.published_at, zone)[:10],
                "picture": pictures[each.id][0]["links"]["thumbnail"] if pictures[each.id] else None,
                "href": request.route_path("news.view", id=each.id),
            }
            for each in found.items
        ],
        more=request.route_path("news.list", _query={**query, "cursor": found.next}) if found.next else None,
    )


@view_config(route_name="news.view", request_method="GET", permission=PUBLIC, renderer="templates/article.pt")
def view(request: Request) -> dict[str, Any]:
    """An article; its editors see it before it is published, marked as what it is."""
    article = request.service(ArticleService).read(record_id(request))
    state = ARTICLE_WORKFLOW.states[article.state]
    zone = request.deployment.settings.timezone
    return page(
        request,
        article.title(request.locale_name),
        section=SECTIONS[article.section][request.locale_name == "en"],
        on=formats.moment(article.published_at, zone),
        preview=None if article.published_at and state.tone == "success" else state.label(request.locale_name),
        body=Markup(to_html(article.body(request.locale_name))),  # noqa: S704 - cleaned by to_html
        pictures=pictures_of(request, [article])[article.id],
    )
