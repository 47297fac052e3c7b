"""Articles are written, published now or later to chosen people, who are told, and withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from shuhua_core.articles.markup import first_words, to_html
from shuhua_core.articles.models import Article
from shuhua_core.articles.service import ArticleService, people_of
from shuhua_core.kernel.actor import SYSTEM, Actor
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from shuhua_core.messages.compose import Told, body, compose, subject
from shuhua_core.testing.world import World, build_world

WORDS = {"section": "tips", "title_zh": "漫步机怎么用", "body_zh": "双手**握稳**扶手。"}


@pytest.fixture
def world(ctx) -> World:
    """Everybody and everything, in the transaction of ``ctx``."""
    return build_world(ctx.session)


@pytest.fixture
def as_user(acting, world):
    """Gives the context of a login."""
    return lambda login: acting(world.actor(login))


def read_by(ctx) -> list[str]:
    return [each.title_zh for each in ctx.session.scalars(ArticleService(ctx).published())]


def test_a_draft_is_read_by_editors_alone_and_a_published_one_by_its_audience(as_user, acting):
    editor, stranger = as_user("content_editor"), acting(Actor(kind="public"))
    article = ArticleService(editor).create(WORDS)
    assert article.number.startswith("WZ")
    with pytest.raises(NotFound):
        ArticleService(stranger).read(article.id)
    ArticleService(editor).act(article.id, "publish")
    assert read_by(stranger) == ["漫步机怎么用"]
    ArticleService(editor).act(article.id, "withdraw")
    assert read_by(stranger) == []
    with pytest.raises(WrongState):
        ArticleService(editor).act(article.id, "withdraw")


def test_chosen_roles_and_organisations_read_it_and_nobody_else(as_user, acting, world):
    editor = as_user("content_editor")
    service = ArticleService(editor)
    by_role = service.create({**WORDS, "title_zh": "给维修人员", "audience": "chosen", "roles": ["repairer"]})
    unit = world.units["agent"].id
    by_unit = service.create({**WORDS, "title_zh": "给代理商", "audience": "chosen", "organisation_ids": [unit]})
    for article in (by_role, by_unit):
        service.act(article.id, "publish")
    assert set(read_by(as_user("repairer"))) == {"给维修人员", "给代理商"}
    assert read_by(as_user("agent_manager")) == ["给代理商"]
    assert read_by(as_user("customer")) == []
    assert read_by(acting(Actor(kind="public"))) == []
    told = set(editor.session.scalars(people_of(by_unit)))
    assert world.users["agent_manager"] in told
    assert world.users["customer"] not in told


def test_a_scheduled_article_appears_when_its_time_has_come(as_user, acting, ctx):
    editor = as_user("content_editor")
    article = ArticleService(editor).create(WORDS)
    with pytest.raises(Invalid):
        ArticleService(editor).act(article.id, "schedule", {"publish_at": editor.now.isoformat()})
    later = editor.now + timedelta(hours=1)
    ArticleService(editor).act(article.id, "schedule", {"publish_at": later.isoformat()})
    system = acting(SYSTEM)
    assert ArticleService(system).release_due() == 0
    article.publish_at = editor.now
    editor.session.flush()
    assert ArticleService(system).release_due() == 1
    assert editor.session.get_one(Article, article.id).state == "published"


def test_its_audience_is_told_once_each(as_user, world):
    editor = as_user("content_editor")
    article = ArticleService(editor).create(
        {**WORDS, "title_en": "The strider", "audience": "chosen", "roles": ["repairer", "customer"]}
    )
    told = Told("x" * 36, "articles.published", "article", article.id, article.number, {}, editor.actor.user_id, editor.now)
    messages = compose(editor.session, told)
    assert compose(editor.session, told) == []
    assert world.users["repairer"] in {each.user_id for each in messages}
    assert subject(messages[0], "zh_Hans") == "资讯：漫步机怎么用"
    assert "The strider" in body(messages[0], "en", editor.deployment.settings.timezone)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"audience": "chosen"}, "roles"),
        ({"audience": "chosen", "roles": ["nobody"]}, "roles"),
        ({"audience": "chosen", "organisation_ids": [999_999]}, "organisation_ids"),
        ({"section": "gossip"}, "section"),
        ({"body_zh": None}, "body_zh"),
    ],
)
def test_what_cannot_be_published_is_refused_by_its_field(as_user, change, field):
    with pytest.raises(Invalid) as refused:
        ArticleService(as_user("content_editor")).create({**WORDS, **change})
    assert set(refused.value.errors) == {field}


def test_an_edit_changes_words_and_readers(as_user):
    editor = as_user("content_editor")
    article = ArticleService(editor).create({**WORDS, "audience": "chosen", "roles": ["repairer"]})
    ArticleService(editor).edit(article.id, {"title_zh": "新题目"}, expected_version=article.version)
    assert (article.title_zh, ArticleService.roles_of(article)) == ("新题目", ["repairer"])
    ArticleService(editor).edit(article.id, {"roles": ["customer", "repairer"]})
    assert sorted(ArticleService.roles_of(article)) == ["customer", "repairer"]
    ArticleService(editor).edit(article.id, {"audience": "everybody"})
    assert editor.session.scalars(select(Article)).one().readers == []
    with pytest.raises(NotAllowed):
        ArticleService(as_user("dispatcher")).create(WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<img src=x onerror="alert(1)">',
        "![x](https://elsewhere.example/track.png)",
        '[x](https://a.example"onmouseover=alert(1))',
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_nothing_hides_in_the_markup(text):
    html = to_html(text)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert " onmouseover=" not in html.replace("&quot;", '"').split(">")[1] or "<a" not in html


def test_the_markup_that_there_is():
    html = to_html("# 一\n\n## 二\n\n- 甲\n- 乙\n\n**粗** [链接](https://example.com/a)\n第二行")
    assert "<h2>一</h2>" in html
    assert "<h3>二</h3>" in html
    assert "<li>甲</li>" in html
    assert '<a href="https://example.com/a" rel="noopener noreferrer nofollow">链接</a>' in html
    assert "<br" in html
    assert first_words("## 题\n\n**粗** & <b>", 80) == "题 粗 & <b>"
    assert len(first_words("字" * 200)) == 80
