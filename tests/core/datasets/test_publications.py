"""The demonstration's articles and labels."""

from sqlalchemy import func, select

from shuhua_core.articles.models import Article
from shuhua_core.articles.service import ArticleService
from shuhua_core.datasets.load.publications import BLANK_LABELS, articles, publish_some
from shuhua_core.kernel.actor import Actor
from shuhua_core.sites.labels.models import Label
from shuhua_core.testing.world import build_world


def test_the_articles_are_published_and_every_code_has_its_label(deployment):
    with deployment.database.write() as session:
        codes = {piece.code for piece in build_world(session).pieces.values()}
    publish_some(deployment, deployment.clock.now())
    with deployment.database.read() as session:
        public = session.scalars(ArticleService(deployment.context(session, Actor(kind="public"))).published()).all()
        assert len(public) == sum(each.get("audience") != "chosen" for each in articles())
        assert session.scalar(select(func.count()).select_from(Article)) == len(articles())
        assert codes <= set(session.scalars(select(Label.code).where(Label.state == "bound")))
        assert session.scalar(select(func.count()).where(Label.state == "blank")) == BLANK_LABELS
