"""The life of an article by its table, which is fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any

from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.transition import Machine, Stateful
from ..kernel.workflow import Row, Workflow, from_toml
from .models import Article
from .schema import ACTION_SCHEMAS


def _load() -> Workflow:
    with as_file(files(__package__) / "workflow.toml") as path:
        return from_toml(path)


ARTICLE_WORKFLOW = _load()


@dataclass(frozen=True)
class ArticleMachine(Machine):
    """A machine whose table is always that of this file's neighbour."""

    def table(self, ctx: Context, record: Stateful) -> Workflow:
        """The one version there is."""
        return ARTICLE_WORKFLOW

    def newest(self, ctx: Context) -> Workflow:
        """The one version there is."""
        return ARTICLE_WORKFLOW


def _publish(ctx: Context, article: Article, _values: dict[str, Any], _row: Row) -> None:
    article.published_at, article.publish_at = ctx.now, None


def _schedule(ctx: Context, article: Article, values: dict[str, Any], _row: Row) -> Mapping[str, Any]:
    if values["publish_at"] <= ctx.now:
        raise Invalid({"publish_at": _("Choose a time that lies ahead.")})
    article.publish_at = values["publish_at"]
    return {"publish_at": values["publish_at"].isoformat()}


def _withdraw(_ctx: Context, article: Article, _values: dict[str, Any], _row: Row) -> None:
    article.publish_at = None


MACHINE = ArticleMachine(
    kind="article",
    workflow=ARTICLE_WORKFLOW.name,
    schemas=ACTION_SCHEMAS,
    effects={"publish": _publish, "release": _publish, "schedule": _schedule, "withdraw": _withdraw},
)
