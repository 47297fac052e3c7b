import pytest
from sqlalchemy import select

from shuhua_core.accounts.actors import load_actor
from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.role_service import RoleService
from shuhua_core.accounts.sessions import open_session, resolve
from shuhua_core.accounts.users import UserService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.testing.factories import accounts


@pytest.fixture
def administrator(ctx, acting):
    return acting(accounts.actor(ctx.session, "administrator"))


@pytest.fixture
def branch(ctx):
    return accounts.organisation(ctx.session)


@pytest.fixture
def branch_editor(ctx, acting, branch):
    """Somebody who edits the accounts of a branch and is a dispatcher there."""
    RoleService(ctx).save(
        "branch_editor", {"accounts.edit": "organisation", "accounts.view": "organisation"}, zh="分公司管理员", en="Branch editor"
    )
    return acting(accounts.actor(ctx.session, "branch_editor", "dispatcher", organisation=branch))


def data(branch, **values):
    return {"login": "wang.wu", "name": "王五", "organisation_id": branch.id, **values}


def test_an_administrator_adds_a_user_with_roles(administrator, branch):
    user = UserService(administrator).create(data(branch, roles=["dispatcher", "reviewer"], phone="139 0000 0001"))
    actor = load_actor(administrator.session, user.id)
    assert actor.roles == {"dispatcher", "reviewer"}
    assert actor.organisation_path == branch.path


def test_personal_data_stays_out_of_events_and_of_the_hashed_audit(administrator, branch):
    user = UserService(administrator).create(data(branch, phone="139 0000 0001"))
    UserService(administrator).update(user.id, {"phone": "139 0000 0002", "name": "王六"})
    entries = administrator.session.scalars(select(AuditEntry)).all()
    assert "139" not in str([entry.detail for entry in entries])
    assert entries[-1].personal == {"name": ["王五", "王六"], "phone": ["139 0000 0001", "139 0000 0002"]}
    assert "139" not in str([entry.payload for entry in administrator.session.scalars(select(OutboxEntry))])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login": "a b"}, "login"),
        ({"login": "<b>"}, "login"),
        ({"name": None}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"kind": "customer"}, "customer_id"),
        ({"kind": "collector"}, "division_code"),
        ({"organisation_id": 10**9}, "organisation_id"),
        ({"organisation_id": None}, "organisation_id"),
        ({"customer_id": 10**9, "kind": "customer", "organisation_id": None}, "customer_id"),
        ({"roles": ["king"]}, "roles"),
        ({"password_hash": "x"}, "password_hash"),
        ({"active": False}, "active"),
        ({"phone": "call me"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"locale": "fr"}, "locale"),
    ],
)
def test_a_wrong_user_is_refused_by_field_and_leaves_nothing(administrator, branch, change, field):
    before = administrator.session.scalars(select(User.id)).all()
    with pytest.raises(Invalid) as refused:
        UserService(administrator).create({**data(branch), **change})
    assert field in refused.value.errors
    if field != "roles":  # roles are given after the user was written: the caller's transaction rolls both back
        assert administrator.session.scalars(select(User.id)).all() == before


def test_a_login_is_unique_in_any_case(administrator, branch):
    UserService(administrator).create(data(branch))
    with pytest.raises(Invalid) as refused:
        UserService(administrator).create(data(branch, login="WANG.WU"))
    assert set(refused.value.errors) == {"login"}


def test_a_change_names_what_changed(administrator, branch):
    service = UserService(administrator)
    user = service.create(data(branch, roles=["dispatcher"]))
    service.update(user.id, {"roles": ["reviewer"], "locale": "en"}, expected_version=1)
    entry = administrator.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.detail["changes"] == {"locale": ["zh_Hans", "en"], "roles": [["dispatcher"], ["reviewer"]]}
    assert load_actor(administrator.session, user.id).roles == {"reviewer"}
    with pytest.raises(VersionStale):
        service.update(user.id, {"locale": "en"}, expected_version=1)


def test_a_login_stays(administrator, branch):
    user = UserService(administrator).create(data(branch))
    with pytest.raises(Invalid):
        UserService(administrator).update(user.id, {"login": "other"})


def test_a_disabled_user_is_signed_out_at_once(administrator, branch, acting):
    service = UserService(administrator)
    user = service.create(data(branch, roles=["dispatcher"]))
    token = open_session(acting(load_actor(administrator.session, user.id))).token
    service.disable(user.id)
    assert resolve(administrator.session, token, administrator.now) is None
    service.enable(user.id)
    assert resolve(administrator.session, token, administrator.now) is None
    assert load_actor(administrator.session, user.id).may(Permission.TASKS_ALLOCATE)


def test_nobody_disables_themselves(administrator):
    with pytest.raises(NotAllowed):
        UserService(administrator).disable(administrator.actor.user_id)


def test_the_last_administrator_stays(ctx, administrator):
    service = UserService(administrator)
    other = accounts.user(ctx.session, "administrator")
    service.disable(other.id)
    for attempt in (
        lambda: UserService(ctx).disable(administrator.actor.user_id),
        lambda: UserService(ctx).update(administrator.actor.user_id, {"roles": ["auditor"]}),
        lambda: RoleService(ctx).save("administrator", {"accounts.view": "all"}),
    ):
        with pytest.raises(NotAllowed), ctx.session.begin_nested():
            attempt()
        assert load_actor(ctx.session, administrator.actor.user_id).may(Permission.ACCOUNTS_EDIT)


def test_two_administrators_may_become_one(administrator, ctx):
    other = accounts.user(ctx.session, "administrator")
    UserService(administrator).update(other.id, {"roles": ["auditor"]})


def test_an_administrator_gives_others_any_role_but_not_themselves(administrator, branch):
    service = UserService(administrator)
    service.create(data(branch, roles=["reviewer"]))
    with pytest.raises(NotAllowed):
        service.update(administrator.actor.user_id, {"roles": ["administrator", "reviewer"]})


def test_nobody_changes_a_role_of_their_own(administrator):
    with pytest.raises(NotAllowed):
        RoleService(administrator).save("administrator", {"accounts.edit": "all", "tasks.allocate": "all"})


def test_an_editor_of_a_branch_gives_only_what_they_have(branch_editor, branch):
    service = UserService(branch_editor)
    user = service.create(data(branch, roles=["dispatcher"]))
    for role in ("administrator", "reviewer", "auditor"):
        with pytest.raises(NotAllowed):
            service.update(user.id, {"roles": ["dispatcher", role]})


def test_an_editor_of_a_branch_cannot_take_over_somebody_mightier(ctx, branch_editor, branch):
    mighty = accounts.user(ctx.session, "administrator", organisation=branch)
    with pytest.raises(NotAllowed):
        UserService(branch_editor).set_password(mighty.id, "x")


def test_an_editor_of_a_branch_sees_and_changes_nobody_elsewhere(ctx, branch_editor, branch):
    elsewhere = accounts.organisation(ctx.session)
    stranger = accounts.user(ctx.session, "dispatcher", organisation=elsewhere)
    service = UserService(branch_editor)
    for attempt in (
        lambda: service.get(stranger.id),
        lambda: service.update(stranger.id, {"name": "x"}),
        lambda: service.disable(stranger.id),
        lambda: service.set_password(stranger.id, "x"),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Invalid):
        service.create(data(elsewhere))
    assert stranger.id not in {user.id for user in service.page(limit=100).items}


def test_an_editor_of_a_branch_gives_no_divisions_and_does_not_move_themselves(ctx, branch_editor, branch):
    service = UserService(branch_editor)
    with pytest.raises(NotAllowed):
        service.create(data(branch, kind="collector", division_code="35"))
    unit = accounts.organisation(ctx.session, "agent", parent=branch)
    with pytest.raises(NotAllowed):
        service.update(branch_editor.actor.user_id, {"organisation_id": unit.id})


def test_who_may_only_read_accounts_changes_nothing(ctx, acting, branch):
    RoleService(ctx).save("reader", {"accounts.view": "all"}, zh="只读", en="Reader")
    reader = acting(accounts.actor(ctx.session, "reader"))
    user = accounts.user(ctx.session)
    assert UserService(reader).get(user.id) == user
    with pytest.raises(NotAllowed):
        UserService(reader).create(data(branch))
    with pytest.raises(NotAllowed):
        UserService(reader).update(user.id, {"name": "x"})


def test_the_list_is_narrowed_and_paged(administrator, ctx, branch):
    for number in range(5):
        accounts.user(ctx.session, "repairer", organisation=branch, login=f"zz{number}", name=f"赵 {number}%")
    accounts.user(ctx.session, "auditor", organisation=branch, login="zz9", active=False)
    service = UserService(administrator)
    narrowed = {"organisation_id": branch.id, "role": "repairer"}
    first = service.page(narrowed, limit=3, total=True)
    second = service.page(narrowed, limit=3, cursor=first.next)
    assert [user.login for user in (*first.items, *second.items)] == ["zz0", "zz1", "zz2", "zz3", "zz4"]
    assert (first.total, second.next) == (5, None)
    assert [user.login for user in service.page({"q": "赵 3%"}).items] == ["zz3"]
    assert service.page({"q": "%"}).items[0].login == "zz0"
    assert [user.login for user in service.page({"active": False, "organisation_id": branch.id}).items] == ["zz9"]


def test_a_page_of_users_takes_two_statements_however_many_there_are(administrator, ctx, count_sql):
    for _number in range(30):
        accounts.user(ctx.session, "repairer")
    service = UserService(administrator)
    with count_sql() as sql:
        page = service.page(limit=20)
        service.roles_of([user.id for user in page.items])
    assert sql.count == 2


@pytest.mark.parametrize("permissions", [{"tasks.explode": "all"}, {"tasks.view": "galaxy"}])
def test_a_role_with_an_unknown_permission_or_scope_is_refused(administrator, permissions):
    with pytest.raises(Invalid):
        RoleService(administrator).save("reviewer", permissions)
