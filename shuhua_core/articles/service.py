"""Writing, publishing and reading articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from ..accounts.models import Organisation, Role, User, UserRole
from ..accounts.organisations import above
from ..accounts.permissions import Permission
from ..archives import records
from ..kernel.actor import Actor
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from ..kernel.scope import get_visible
from ..kernel.workflow import Row
from ..media.service import MediaService
from .events import ArticleEvent
from .machine import ARTICLE_WORKFLOW, MACHINE
from .models import Article, ArticleReader
from .schema import ArticleCreate, ArticlePatch


def readable(actor: Actor) -> ColumnElement[bool]:
    """The condition under which ``actor`` may read a published article."""
    conditions: list[ColumnElement[bool]] = [Article.audience == "everybody"]
    if actor.kind == "user":
        conditions.append(Article.audience == "signed_in")
        chosen: list[ColumnElement[bool]] = [and_(ArticleReader.kind == "role", ArticleReader.value.in_(sorted(actor.roles)))]
        if actor.organisation_path:
            paths = above(actor.organisation_path)
            chosen.append(and_(ArticleReader.kind == "organisation", ArticleReader.value.in_(paths)))
        mine = exists().where(ArticleReader.article_id == Article.id, or_(*chosen))
        conditions.append(and_(Article.audience == "chosen", mine))
    return and_(Article.state == "published", or_(*conditions))


class ArticleService:
    """Articles, for the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def published(self, section: str | None = None) -> Select[Article]:
        """What the actor may read."""
        query = select(Article).where(readable(self._ctx.actor))
        return query if section is None else query.where(Article.section == section)

    def read(self, article_id: int) -> Article:
        """An article that the actor may read, or edit. Raises NotFound."""
        query = select(Article).where(Article.id == article_id, readable(self._ctx.actor))
        article = self._ctx.session.scalars(query).one_or_none()
        if article is not None:
            return article
        return self.get(article_id)

    def get(self, article_id: int, *, for_update: bool = False) -> Article:
        """An article in any state, for editors. Raises NotFound."""
        return get_visible(
            self._ctx.session, Article, self._ctx.actor, Permission.ARTICLES_EDIT, article_id, for_update=for_update
        )

    def actions(self, article: Article) -> list[Row]:
        """What the actor may do with it now."""
        return MACHINE.available(self._ctx, article)

    def create(self, data: Any) -> Article:
        """Write an article, as a draft (:class:`ArticleCreate`). Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.ARTICLES_EDIT)
        values = deserialize(ArticleCreate, data)
        media_ids, readers = values.pop("media_ids"), self._readers(values)
        article = Article(
            **values,
            number=ctx.deployment.numbers.take(ctx.session, "WZ", ctx.now),
            state="draft",
            workflow_version=ARTICLE_WORKFLOW.version,
            author_id=ctx.actor.user_id,
            readers=readers,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(article)
        records.flush(ctx)
        MACHINE.begin(ctx, article, event=ArticleEvent.CREATED)
        MediaService(ctx).attach(media_ids or [], "article", article.id)
        return article

    def edit(self, article_id: int, data: Any, *, expected_version: int | None = None) -> Article:
        """Change the fields that ``data`` names. Raises NotFound, NotAllowed, VersionStale, Invalid."""
        ctx, permission = self._ctx, Permission.ARTICLES_EDIT
        article = records.editable(ctx, Article, article_id, view=permission, edit=permission, expected_version=expected_version)
        values = records.patch_values(ArticlePatch, data, article)
        media_ids = values.pop("media_ids", None)
        whole = {
            "audience": values.get("audience", article.audience),
            "roles": values.pop("roles", self.roles_of(article)),
            "organisation_ids": values.pop("organisation_ids", self.organisations_of(article)),
        }
        wanted: dict[str, list[Any]] = {name: whole[name] or [] for name in ("roles", "organisation_ids")}
        readers = {(each.kind, each.value): each for each in self._readers(whole)}
        present = {(each.kind, each.value): each for each in article.readers}
        changes = records.changed(article, values)
        if readers.keys() != present.keys():
            before: dict[str, list[Any]] = {"roles": self.roles_of(article), "organisation_ids": self.organisations_of(article)}
            changes |= {name: [old, wanted[name]] for name, old in before.items() if set(old) != set(wanted[name])}
            article.readers = [present.get(key) or each for key, each in readers.items()]
        if media_ids:
            changes |= {"media_ids": [None, media_ids]}
        if changes:
            records.touch(ctx, article)
            records.flush(ctx)
            records.publish(ctx, ArticleEvent.EDITED, "article", article, changes)
        MediaService(ctx).attach(media_ids or [], "article", article.id)
        return article

    def act(self, article_id: int, action: str, data: Any = None, *, expected_version: int | None = None) -> Article:
        """Publish, schedule or withdraw. Raises NotFound, NotAllowed, WrongState, VersionStale, Invalid."""
        article = self.get(article_id, for_update=True)
        MACHINE.perform(self._ctx, article, action, data, expected_version=expected_version)
        return article

    def release_due(self) -> int:
        """Publish what was scheduled for now; by the system. Gives how many."""
        due = select(Article.id).where(Article.state == "scheduled", Article.publish_at <= self._ctx.now)
        ids = self._ctx.session.scalars(due.order_by(Article.publish_at)).all()
        for article_id in ids:
            self.act(article_id, "release")
        return len(ids)

    @staticmethod
    def roles_of(article: Article) -> list[str]:
        """Codes of the roles that it is for."""
        return [each.value for each in article.readers if each.kind == "role"]

    def organisations_of(self, article: Article) -> list[int]:
        """Ids of the organisations that it is for."""
        paths = [each.value for each in article.readers if each.kind == "organisation"]
        return list(self._ctx.session.scalars(select(Organisation.id).where(Organisation.path.in_(paths)))) if paths else []

    def _readers(self, values: dict[str, Any]) -> list[ArticleReader]:
        """Takes roles and organisations out of ``values``. Raises Invalid for unknown ones, or none where some are needed."""
        session = self._ctx.session
        roles, ids = values.pop("roles") or [], values.pop("organisation_ids") or []
        if values["audience"] != "chosen":
            return []
        known = set(session.scalars(select(Role.code).where(Role.code.in_(roles))))
        paths: Sequence[str] = session.scalars(select(Organisation.path).where(Organisation.id.in_(ids))).all()
        errors = {}
        if known != set(roles):
            errors["roles"] = _("There is no such role.")
        if len(paths) != len(ids):
            errors["organisation_ids"] = _("There is no such organisation.")
        if not errors and not roles and not ids:
            errors["roles"] = _("Choose roles or organisations, or another audience.")
        if errors:
            raise Invalid(errors)
        return [
            *(ArticleReader(kind="role", value=code) for code in sorted(known)),
            *(ArticleReader(kind="organisation", value=path) for path in paths),
        ]


def people_of(article: Article) -> Select[int]:
    """Ids of the active users who may read it once it is published."""
    query = select(User.id).where(User.active)
    if article.audience != "chosen":
        return query
    codes = [each.value for each in article.readers if each.kind == "role"]
    paths = [each.value for each in article.readers if each.kind == "organisation"]
    holds = exists().where(UserRole.user_id == User.id, UserRole.role_id == Role.id, Role.code.in_(codes))
    belongs = [User.organisation_path.startswith(path, autoescape=True) for path in paths]
    return query.where(or_(holds, *belongs))
