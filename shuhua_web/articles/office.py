"""Keeping articles in the office: the list, writing, the preview, publishing."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import Organisation, Role, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.articles.machine import ARTICLE_WORKFLOW, MACHINE
from shuhua_core.articles.markup import to_html
from shuhua_core.articles.models import AUDIENCES, SECTIONS, Article
from shuhua_core.articles.schema import ACTION_SCHEMAS, ArticleCreate, ArticlePatch
from shuhua_core.articles.service import ArticleService
from shuhua_core.kernel.errors import NotFound, WrongState
from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.steps import steps_of
from shuhua_core.media.service import MediaService

from .. import formats
from ..api import record_id
from ..api.timeline import names_of
from ..audit.meanwhile import tell_meanwhile, who_was_faster
from ..forms import OfficeForm, Source, form_for
from ..i18n import _
from ..layout import crumbs
from ..listing import ChoiceFilter, Column, DateRange, Listing, StateTabs, Tool
from ..media.pictures import PicturesWidget, SentPictures, captioned
from ..overtaken import Edited
from ..records import Action, Fact, actions, badge, timeline

AUTHOR = aliased(User)
KEPT = frozenset({"title_zh", "body_zh", "section", "audience"})


def _joined(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(AUTHOR, AUTHOR.id == Article.author_id)


ARTICLES = Listing(
    name="articles",
    model=Article,
    permission=Permission.ARTICLES_EDIT,
    title=_("Articles"),
    columns=(
        Column("number", _("Number"), Article.number, sort=True, nullable=False),
        Column("state", _("State"), Article.state, kind="state", nullable=False),
        Column("section", _("Section"), Article.section, kind="choice", labels=SECTIONS, nullable=False),
        Column("title", _("Title"), Article.title_zh, long=True, nullable=False),
        Column("audience", _("For whom"), Article.audience, kind="choice", labels=AUDIENCES, nullable=False),
        Column("author", _("Author"), AUTHOR.name),
        Column("publish_at", _("Publish at"), Article.publish_at, kind="moment", sort=True),
        Column("published_at", _("Published at"), Article.published_at, kind="moment", sort=True),
        Column("created_at", _("Created at"), Article.created_at, kind="moment", sort=True, nullable=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("section", _("Section"), Article.section, SECTIONS),
        ChoiceFilter("audience", _("For whom"), Article.audience, AUDIENCES),
        DateRange("published", _("Published at"), Article.published_at),
    ),
    search=(Article.number, Article.title_zh, Article.title_en),
    search_hint=_("Number or title"),
    states=StateTabs(Article.state, workflow=ARTICLE_WORKFLOW),
    default_sort="-created_at",
    record_route="articles.record",
    empty=_("No articles yet."),
)


@view_config(
    route_name="articles.office",
    permission=Permission.ARTICLES_EDIT,
    request_method="GET",
    renderer="shuhua_web:templates/list.pt",
)
def list_articles(request: Request) -> dict[str, Any]:
    """All articles in all states."""
    return ARTICLES.page(
        request, toolbar=(Tool(_("New article"), "articles.new", "plus", Permission.ARTICLES_EDIT, primary=True),)
    )


@view_config(
    route_name="articles.record",
    permission=Permission.ARTICLES_EDIT,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def record(request: Request) -> dict[str, Any]:
    """An article with what can be done with it, and the way to its preview."""
    service = request.service(ArticleService)
    article = service.get(record_id(request))
    zone, english = request.deployment.settings.timezone, request.locale_name == "en"
    names = [_role_names(request).get(code, code) for code in service.roles_of(article)]
    names += [name for _id, name in _organisations(request) if _id in service.organisations_of(article)]
    facts = [
        Fact(_("Section"), SECTIONS[article.section][english]),
        Fact(_("For whom"), AUDIENCES[article.audience][english]),
        Fact(_("Roles and organisations"), ", ".join(names)),
        Fact(_("Publish at"), formats.moment(article.publish_at, zone)),
        Fact(_("Published at"), formats.moment(article.published_at, zone)),
        Fact(_("Title in English"), article.title_en),
        Fact(_("Text in Chinese"), _shown(article.body_zh), wide=True),
        Fact(_("Text in English"), _shown(article.body_en), wide=True),
    ]
    steps = steps_of(request.dbsession, "article", article.id)
    media = MediaService(request.ctx).of_records({"article": [article.id]})["article", article.id]
    return {
        "title": f"{article.number} {article.title_zh}",
        "crumbs": crumbs(request, (ARTICLES.title, "articles.office"), (article.number, None)),
        "badge": badge(ARTICLE_WORKFLOW, article.state, request.locale_name),
        "actions": [
            *actions(request, service.actions(article), "articles.act", article.id),
            Action(_("Edit"), request.route_path("articles.edit", id=article.id)),
        ],
        "groups": [("", [Fact(_("Preview"), article.title_zh, href=request.route_path("news.view", id=article.id)), *facts])],
        "pictures": captioned(request, media, article.number),
        "steps": timeline(request, ARTICLE_WORKFLOW, steps, names_of(request, steps)),
    }


@view_config(
    route_name="articles.new",
    permission=Permission.ARTICLES_EDIT,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def new(request: Request) -> Any:
    """Write an article."""
    sent = SentPictures.of(request)
    form = _form(request, ArticleCreate, submit=_("Save as a draft"), cancel=request.route_path("articles.office"))

    def save(data: dict[str, Any]) -> str:
        article = request.service(ArticleService).create(sent.join(request, data))
        return str(request.route_path("articles.record", id=article.id))

    way = crumbs(request, (ARTICLES.title, "articles.office"), (_("New article"), None))
    return form.answer(save, done=_("Saved.")) or form.page(_("New article"), crumbs=way)


@view_config(
    route_name="articles.edit",
    permission=Permission.ARTICLES_EDIT,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def edit(request: Request) -> Any:
    """Change an article."""
    sent, number = SentPictures.of(request), record_id(request)
    address = request.route_path("articles.record", id=number)
    edited = Edited(kind="article", id=number, read=lambda: _initial(request, number), kept_when_blank=KEPT)
    values: dict[str, Any] = {"cancel": address, "edited": edited}
    if request.method == "GET":
        values |= {"initial": edited.read(), "version": request.service(ArticleService).get(number).version}
    form = _form(request, ArticlePatch, **values)

    def save(data: dict[str, Any]) -> str:
        patch = {name: value for name, value in data.items() if value is not None or name not in KEPT}
        request.service(ArticleService).edit(number, sent.join(request, patch), expected_version=form.version)
        return str(address)

    answer = form.answer(save, done=_("Saved."))
    if answer is not None:
        return answer
    title = _("Change ${name}", mapping={"name": request.service(ArticleService).get(number).number})
    return form.page(title, crumbs=crumbs(request, (ARTICLES.title, "articles.office"), (title, None)))


@view_config(
    route_name="articles.act",
    permission=Permission.ARTICLES_EDIT,
    request_method=("GET", "POST"),
    renderer="shuhua_web:templates/form.pt",
)
def act(request: Request) -> Any:
    """Publish, schedule or withdraw."""
    service, number = request.service(ArticleService), record_id(request)
    article, action = service.get(number), request.matchdict["action"]
    rows = [row for row in ARTICLE_WORKFLOW.rows if row.action == action and row.permission != "system"]
    if not rows:
        raise NotFound
    row = next((row for row in MACHINE.available(request.ctx, article) if row.action == action), rows[0])
    if request.method == "GET" and article.state not in row.sources:
        raise WrongState(who_was_faster(request, MACHINE, article), state=article.state)
    title, address = row.label(request.locale_name), request.route_path("articles.record", id=number)
    schema = ACTION_SCHEMAS[row.schema] if row.schema else InputSchema
    seen = article.version if request.method == "GET" else None
    form = form_for(schema, request, submit=title, tone=row.tone, cancel=address, version=seen)

    def save(data: dict[str, Any]) -> str:
        service.act(number, action, data, expected_version=form.version)
        return str(address)

    answer = form.answer(save, done=_("Done."))
    if answer is not None:
        return answer
    tell_meanwhile(request, form, MACHINE, article, ArticlePatch)
    return form.page(title, crumbs=crumbs(request, (ARTICLES.title, "articles.office"), (article.number, None)))


def _initial(request: Request, number: int) -> dict[str, Any]:
    """What an article's form begins with."""
    service = request.service(ArticleService)
    article = service.get(number)
    names = ("section", "title_zh", "title_en", "body_zh", "body_en", "audience")
    values = {name: getattr(article, name) for name in names}
    return values | {"roles": service.roles_of(article), "organisation_ids": service.organisations_of(article)}


def _shown(text: str | None) -> Markup | None:
    return Markup(to_html(text)) if text else None  # noqa: S704 - cleaned by to_html


def _form(request: Request, schema: type[InputSchema], **values: Any) -> OfficeForm:
    sources = {
        "roles": Source(options=list(_role_names(request).items())),
        "organisation_ids": Source(options=_organisations(request)),
    }
    form = form_for(schema, request, sources=sources, widgets={"media_ids": PicturesWidget(request)}, **values)
    form.multipart = True
    return form


def _role_names(request: Request) -> dict[str, str]:
    roles = request.dbsession.scalars(select(Role).where(Role.code != "public").order_by(Role.id))
    return {role.code: role.label(request.locale_name) for role in roles}


def _organisations(request: Request) -> list[tuple[int, str]]:
    query = select(Organisation).where(Organisation.active).order_by(Organisation.path)
    return [(each.id, each.label(request.locale_name)) for each in request.dbsession.scalars(query)]
