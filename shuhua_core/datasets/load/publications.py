"""What the demonstration has to read and to stick on: invented articles, a batch of blank labels, and a label for each code."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.articles.service import ArticleService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.sites.labels.service import LabelService, adopt

BLANK_LABELS = 40


def articles() -> list[dict[str, Any]]:
    """The invented articles, as their file has them."""
    text = (files("shuhua_core.datasets") / "articles.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["article"])


def publish_some(deployment: Deployment, now: datetime) -> None:
    """Write and publish the articles, and make the labels; the editor and the dispatcher are there."""
    with deployment.database.write() as session:
        editor = load_actor_by_login(session, "content_editor")
        for each in articles():
            at = now - timedelta(days=each.pop("days_ago"))
            service = ArticleService(Context(session, editor, at, deployment.reactions))
            service.act(service.create(each).id, "publish")
    with deployment.database.write() as session:
        while adopt(Context(session, SYSTEM, now, deployment.reactions)):
            pass
        dispatcher = load_actor_by_login(session, "dispatcher")
        ctx = Context(session, dispatcher, now - timedelta(days=3), deployment.reactions)
        LabelService(ctx).make_batch({"count": BLANK_LABELS, "note": "演示用空白标签"})
