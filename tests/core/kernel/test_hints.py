"""What the planner is told changes how rows are found and never which."""

import pytest
from sqlalchemy import and_, select

from shuhua_core.accounts.models import User
from shuhua_core.kernel.hints import likely, unlikely
from shuhua_core.testing.factories import accounts


@pytest.mark.parametrize("hint", [likely, unlikely])
def test_a_hint_holds_for_the_same_rows(ctx, hint):
    for login in ("dispatcher", "somebody"):
        accounts.user(ctx.session, login=login)
    condition = and_(User.active, User.login != "dispatcher")
    for asked in (condition, ~condition):
        plain = set(ctx.session.scalars(select(User.id).where(asked)))
        assert set(ctx.session.scalars(select(User.id).where(hint(asked)))) == plain
        assert set(ctx.session.scalars(select(User.id).where(hint(asked).is_not(True)))).isdisjoint(plain)


def test_sqlite_hears_it_and_no_other_database_does(ctx):
    spoken = str(select(User.id).where(unlikely(User.active.is_(False))).compile(ctx.session.get_bind()))
    assert ("unlikely(" in spoken) == (ctx.session.get_bind().dialect.name == "sqlite")
