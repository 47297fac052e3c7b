import pytest
from sqlalchemy import func, select

from shuhua_core import seed
from shuhua_core.accounts.models import DutyArea, Organisation, Role, RolePermission, RolesVersion
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.workflow import from_data, from_toml
from shuhua_core.kernel.workflow_store import WorkflowVersion, put_in_force

COUNTED = (Role, RolePermission, Organisation, DutyArea, WorkflowVersion)


def counts(session):
    return [session.scalar(select(func.count()).select_from(model)) for model in COUNTED]


def test_seeding_again_changes_nothing(ctx):
    before, token = counts(ctx.session), ctx.session.scalar(select(RolesVersion.token))
    seed.seed(ctx.session, ctx.now)
    assert counts(ctx.session) == before
    assert ctx.session.scalar(select(RolesVersion.token)) == token


def test_a_role_that_the_deployment_changed_is_left_alone(ctx):
    role = ctx.session.scalars(select(Role).where(Role.code == "auditor")).one()
    ctx.session.add(RolePermission(role_id=role.id, permission=Permission.SITES_VIEW, scope="all"))
    seed.seed(ctx.session, ctx.now)
    assert ctx.session.get(RolePermission, (role.id, Permission.SITES_VIEW)) is not None


def test_a_workflow_that_the_deployment_put_in_force_stays(ctx):
    own = from_toml(seed.ROLES.parent.parent / "tasks" / "workflow.toml").as_data()
    own["state"][0]["zh"] = "等待分配"
    version = put_in_force(ctx.session, from_data(own, 1), ctx.now)
    seed.seed(ctx.session, ctx.now)
    assert ctx.deployment.workflows.newest(ctx.session, "tasks").version == version == 2


def test_the_maker_looks_after_everything_that_nobody_else_does(ctx):
    maker = ctx.session.scalars(select(Organisation).where(Organisation.kind == "maker")).one()
    assert (maker.path, maker.parent_id) == ("/1/", None)
    assert ctx.session.get(DutyArea, (maker.id, "")) is not None


def test_every_permission_is_held_by_some_role():
    held = {name for role in seed.read_roles(seed.ROLES) for name in role["permissions"]}
    assert set(Permission) == held


def test_an_administrator_approves_no_business_by_default():
    roles = {role["code"]: role["permissions"] for role in seed.read_roles(seed.ROLES)}
    business = {name for name in roles["administrator"] if name.startswith(("repairs.", "tasks.", "followups."))}
    assert business == {"repairs.view", "tasks.view", "followups.view"}


def test_an_agent_never_reaches_beyond_their_own_unit():
    roles = {role["code"]: role["permissions"] for role in seed.read_roles(seed.ROLES)}
    wide = {name: scope for name, scope in roles["agent_manager"].items() if scope not in {ScopeKind.AGENT, ScopeKind.OWN}}
    assert wide == {"models.view": "all", "lifetimes.view": "all"}


@pytest.mark.parametrize("line", ['"tasks.explode" = "all"', '"tasks.view" = "galaxy"'])
def test_a_file_of_roles_with_an_unknown_name_is_refused(tmp_path, line):
    path = tmp_path / "roles.toml"
    path.write_text(f'[[role]]\ncode = "x"\nzh = "x"\nen = "x"\n[role.permissions]\n{line}\n')
    with pytest.raises(ConfigurationError):
        seed.read_roles(path)


def test_a_table_with_a_name_that_its_room_does_not_know_is_refused():
    table = from_toml(seed.ROLES.parent.parent / "tasks" / "workflow.toml").as_data()
    table["row"][0]["event"] = "tasks.exploded"
    with pytest.raises(ConfigurationError):
        seed.refuse_problems(from_data(table, 1))
