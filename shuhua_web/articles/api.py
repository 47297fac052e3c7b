"""Articles as the phone reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.articles.markup import first_words, to_html
from shuhua_core.articles.models import SECTIONS, Article
from shuhua_core.articles.service import ArticleService
from shuhua_core.kernel import paging
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.schema import Choice
from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService

from ..api import Out, PageOf, Parameter, Serializer, api_view, record_id
from ..api.parameters import list_parameters
from ..media.serving import file_answer
from ..security import PUBLIC

PICTURE = Serializer(
    "ArticlePicture",
    [Out("id", "integer"), Out("links", {"type": "object", "additionalProperties": {"type": "string"}})],
)
ARTICLE_ITEM = Serializer(
    "ArticleItem",
    [
        Out("id", "integer"),
        Out("section", "string", description="`products`, `news` or `tips`."),
        Out("section_label", "string", description="In the caller's language."),
        Out("title", "string", description="In the caller's language, as far as there is one."),
        Out("summary", "string", description="Its first words."),
        Out("published_at", "moment", nullable=True),
        Out("version", "integer", description="Another one as soon as anything of it has changed."),
        Out("picture", PICTURE, nullable=True),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
)
ARTICLE = ARTICLE_ITEM.extended(
    "Article",
    Out("html", "string", description="The text as safe HTML: headings, lists, links, no pictures and no scripts."),
    Out("pictures", [PICTURE]),
)
VARIANTS = {"thumbnail": "thumbnail", "display": "display"}


def pictures_of(request: Request, articles: Sequence[Article]) -> dict[int, list[dict[str, Any]]]:
    """The photos of articles that the caller may read, by article, in one statement."""
    found = MediaService(request.ctx).of_records({"article": [each.id for each in articles]})
    return {
        each.id: [_picture(request, each, media) for media in found["article", each.id] if _is_shown(media)] for each in articles
    }


def _is_shown(media: MediaFile) -> bool:
    return media.kind == "photo" and media.state == "ready"


def _picture(request: Request, article: Article, media: MediaFile) -> dict[str, Any]:
    links = {
        variant: request.route_path("api.articles.media", id=article.id, media=media.id, variant=variant) for variant in VARIANTS
    }
    return PICTURE.one(media, links=links)


def _values(request: Request, article: Article, pictures: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "section_label": SECTIONS[article.section][request.locale_name == "en"],
        "title": article.title(request.locale_name),
        "summary": first_words(article.body(request.locale_name)),
        "picture": pictures[0] if pictures else None,
        "links": {
            "self": request.route_path("api.articles.view", id=article.id),
            "page": request.route_path("news.view", id=article.id),
        },
    }


@api_view(
    route_name="api.articles.list",
    method="GET",
    permission=PUBLIC,
    tag="articles",
    summary="List what is published to me",
    description="The newest first. Without an account: what is for everybody.",
    parameters=[
        Parameter("section", Choice(SECTIONS), "Of this section."),
        *(each for each in list_parameters() if each.name in {"limit", "cursor"}),
    ],
    answer=PageOf(ARTICLE_ITEM),
)
def list_articles(request: Request) -> dict[str, Any]:
    """A page of articles."""
    page = articles_page(request, request.arguments["section"], request.arguments["limit"], request.arguments["cursor"])
    pictures = pictures_of(request, page.items)
    return {
        "items": [ARTICLE_ITEM.one(each, **_values(request, each, pictures[each.id])) for each in page.items],
        "next": page.next,
    }


def articles_page(request: Request, section: str | None, limit: int, cursor: str | None) -> paging.Page:
    """Articles that the caller may read, the newest first."""
    query = paging.after(
        request.service(ArticleService).published(section),
        Article.published_at,
        Article.id,
        descending=True,
        cursor=cursor,
        limit=limit,
    )
    rows = list(request.dbsession.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return paging.Page(rows[:limit], paging.encode_cursor(last.published_at, last.id) if last else None, None)


@api_view(
    route_name="api.articles.view",
    method="GET",
    permission=PUBLIC,
    tag="articles",
    summary="Read an article",
    answer=ARTICLE,
)
def view(request: Request) -> dict[str, Any]:
    """An article that is published to the caller."""
    article = request.service(ArticleService).read(record_id(request))
    pictures = pictures_of(request, [article])[article.id]
    html = to_html(article.body(request.locale_name))
    return ARTICLE.one(article, **_values(request, article, pictures), html=html, pictures=pictures)


@api_view(
    route_name="api.articles.media",
    method="GET",
    permission=PUBLIC,
    tag="articles",
    summary="Fetch a picture of an article",
    description="`thumbnail` or `display`, without metadata, for whoever may read the article.",
    answer={"type": "string", "format": "binary"},
    media_type="image/*",
)
def picture(request: Request) -> Response:
    """One picture of an article that the caller may read."""
    article = request.service(ArticleService).read(record_id(request))
    number, variant = request.matchdict["media"], VARIANTS.get(request.matchdict["variant"])
    media = request.dbsession.get(MediaFile, int(number)) if len(number) < 19 else None
    if (
        media is None
        or variant is None
        or (media.record_kind, media.record_id) != ("article", article.id)
        or not _is_shown(media)
    ):
        raise NotFound
    return file_answer(request, request.registry.media_store.path(media.key, variant), "image/jpeg", name=str(media.id))
