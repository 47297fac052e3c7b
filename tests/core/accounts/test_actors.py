import pytest

from shuhua_core.accounts.actors import load_actor, load_actor_by_login, public_actor
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.role_service import RoleService
from shuhua_core.accounts.roles import current_roles, roles_changed
from shuhua_core.kernel.actor import Grant, ScopeKind
from shuhua_core.kernel.errors import NotFound
from shuhua_core.testing.factories import accounts


def test_grants_carry_what_their_scope_means_for_the_user(ctx):
    branch = accounts.organisation(ctx.session)
    agent = accounts.organisation(ctx.session, "agent", parent=branch)
    dispatcher = accounts.actor(ctx.session, "dispatcher", organisation=branch)
    manager = accounts.actor(ctx.session, "agent_manager", organisation=agent)
    collector = accounts.actor(ctx.session, "collector", organisation=branch, division_code="3505")
    assert dispatcher.reach(Permission.TASKS_ALLOCATE) == (Grant(ScopeKind.ORGANISATION, branch.path),)
    assert manager.reach(Permission.TASKS_ASSIGN) == (Grant(ScopeKind.AGENT, agent.path),)
    assert collector.reach(Permission.SITES_EDIT) == (Grant(ScopeKind.DIVISION, "3505"),)
    assert manager.reach(Permission.TASKS_ALLOCATE) == ()


def test_several_roles_add_up(ctx):
    actor = accounts.actor(ctx.session, "repairer", "agent_manager", organisation=accounts.organisation(ctx.session, "agent"))
    assert {grant.scope for grant in actor.reach(Permission.TASKS_VIEW)} == {ScopeKind.OWN, ScopeKind.AGENT}
    assert actor.roles == {"repairer", "agent_manager"}


def test_a_role_may_have_a_division_of_its_own(ctx):
    user = accounts.user(ctx.session, division_code="35")
    accounts.give_role(ctx.session, user, "collector", division_code="3505")
    accounts.give_role(ctx.session, user, "authority")
    actor = load_actor(ctx.session, user.id)
    assert actor.reach(Permission.SITES_EDIT) == (Grant(ScopeKind.DIVISION, "3505"),)
    assert set(actor.reach(Permission.SITES_VIEW)) == {Grant(ScopeKind.DIVISION, "3505"), Grant(ScopeKind.DIVISION, "35")}


def test_a_host_unit_is_told_by_its_organisation(ctx):
    unit = accounts.organisation(ctx.session, "host_unit")
    assert accounts.actor(ctx.session, "host_unit", organisation=unit).host_unit_id == unit.id
    assert accounts.actor(ctx.session, "dispatcher").host_unit_id is None


def test_a_disabled_or_unknown_user_is_no_actor(ctx):
    user = accounts.user(ctx.session, "dispatcher", active=False)
    for user_id in (user.id, 10**9):
        with pytest.raises(NotFound):
            load_actor(ctx.session, user_id)
    with pytest.raises(NotFound):
        load_actor_by_login(ctx.session, user.login)


def test_a_login_is_found_in_any_case(ctx):
    user = accounts.user(ctx.session, login="li.si")
    assert load_actor_by_login(ctx.session, " Li.Si ").user_id == user.id


def test_a_user_without_roles_may_nothing(ctx):
    actor = load_actor(ctx.session, accounts.user(ctx.session).id)
    assert actor.grants == {}


def test_an_actor_takes_two_statements_and_then_one(ctx, count_sql):
    user = accounts.user(ctx.session, "dispatcher", "repairer", organisation=accounts.organisation(ctx.session))
    roles_changed(ctx.session)
    with count_sql() as first:
        load_actor(ctx.session, user.id)
    with count_sql() as second:
        load_actor(ctx.session, user.id)
    assert (first.count, second.count) == (2, 1)


def test_a_changed_role_holds_at_once(ctx):
    user = accounts.user(ctx.session, "auditor")
    assert not load_actor(ctx.session, user.id).may(Permission.SITES_VIEW)
    RoleService(ctx).save("auditor", {Permission.SITES_VIEW: "all"})
    changed = load_actor(ctx.session, user.id)
    assert changed.may(Permission.SITES_VIEW)
    assert not changed.may(Permission.AUDIT_VIEW)


def test_a_change_that_was_rolled_back_leaves_nothing_behind(deployment):
    with deployment.database.write() as session:
        user_id = accounts.user(session, "auditor").id
    for scope in ("all", "own"):

        def change_and_fail(scope=scope):
            with deployment.database.write() as session:
                RoleService(deployment.context(session, accounts.actor(session, "administrator"))).save(
                    "auditor", {Permission.SITES_VIEW: scope}
                )
                assert load_actor(session, user_id).may(Permission.SITES_VIEW)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            change_and_fail()
        with deployment.database.read() as session:
            assert not load_actor(session, user_id).may(Permission.SITES_VIEW)


def test_a_member_of_the_public_reaches_what_they_hold(ctx):
    actor = public_actor(ctx.session, holds=[("repair", 3)])
    assert actor.reach(Permission.REPAIRS_VIEW) == (Grant(ScopeKind.OWN),)
    assert actor.holds == {("repair", 3)}
    assert actor.user_id is None
    assert not actor.may(Permission.TASKS_VIEW)


def test_every_role_that_comes_with_the_system_is_there(ctx):
    codes = {role.code for role in current_roles(ctx.session).by_id.values()}
    assert {"customer", "public", "call_centre", "reviewer", "dispatcher", "agent_manager", "repairer", "administrator"} <= codes
    assert len(codes) == 18
