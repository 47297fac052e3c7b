"""The life of an article by its table, which is fixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.transition import FixedMachine
from ..kernel.workflow import Row, of_room
from .models import Article
from .schema import ACTION_SCHEMAS

ARTICLE_WORKFLOW = of_room("shuhua_core.articles")


def _publish(ctx: Context, article: Article, _values: dict[str, Any], _row: Row) -> None:
    article.published_at, article.publish_at = ctx.now, None


def _schedule(ctx: Context, article: Article, values: dict[str, Any], _row: Row) -> Mapping[str, Any]:
    if values["publish_at"] <= ctx.now:
        raise Invalid({"publish_at": _("Choose a time that lies ahead.")})
    article.publish_at = values["publish_at"]
    return {"publish_at": values["publish_at"].isoformat()}


def _withdraw(_ctx: Context, article: Article, _values: dict[str, Any], _row: Row) -> None:
    article.publish_at = None


MACHINE = FixedMachine(
    kind="article",
    workflow=ARTICLE_WORKFLOW.name,
    fixed=ARTICLE_WORKFLOW,
    schemas=ACTION_SCHEMAS,
    effects={"publish": _publish, "release": _publish, "schedule": _schedule, "withdraw": _withdraw},
)
