"""Articles: the pages that everybody reads, the office that keeps them, and the API for the phone."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.articles.models import Article
from shuhua_web.articles.office import ARTICLES


def includeme(config: Configurator) -> None:
    """Routes of this room. Whoever edits articles sees their pictures before others do."""
    config.add_feed_kind("article", Article, Permission.ARTICLES_EDIT)
    config.add_route("news.list", "/articles")
    config.add_route("articles.office", "/articles/office")
    config.add_route("articles.new", "/articles/office/new")
    config.add_route("articles.record", r"/articles/office/{id:\d+}")
    config.add_route("articles.edit", r"/articles/office/{id:\d+}/edit")
    config.add_route("articles.act", r"/articles/office/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_route("news.view", r"/articles/{id:\d+}")
    config.add_listing(ARTICLES, "articles.office")
    config.add_api_route("api.articles.list", "/articles")
    config.add_api_route("api.articles.view", r"/articles/{id:\d+}")
    config.add_api_route("api.articles.media", r"/articles/{id:\d+}/media/{media:\d+}/{variant}")
    config.scan("shuhua_web.articles")
