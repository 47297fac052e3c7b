import pytest

from shuhua_core.accounts.organisations import above, branch_for_division, branch_of, units_for_division
from shuhua_core.accounts.service import OrganisationService
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.testing.factories import accounts


@pytest.fixture
def tree(ctx):
    session = ctx.session
    maker = accounts.maker(session)
    quanzhou = accounts.organisation(session, "branch", name="泉州分公司", divisions=["3505"])
    jinjiang = accounts.organisation(session, "branch", name="晋江分公司", divisions=["350582"])
    agent = accounts.organisation(session, "agent", parent=jinjiang, name="青阳代理", divisions=["350582"])
    town = accounts.organisation(session, "department", parent=quanzhou, name="罗山维修部", divisions=["350582103", "36"])
    return {"maker": maker, "quanzhou": quanzhou, "jinjiang": jinjiang, "agent": agent, "town": town}


def test_a_path_names_everything_above(tree):
    assert tree["agent"].path == f"/{tree['maker'].id}/{tree['jinjiang'].id}/{tree['agent'].id}/"
    assert above("/1/7/9/") == ["/1/7/9/", "/1/7/", "/1/"]


def test_the_branch_of_an_agent_is_the_nearest_above(ctx, tree):
    assert branch_of(ctx.session, tree["agent"].path) == tree["jinjiang"]
    assert branch_of(ctx.session, tree["jinjiang"].path) == tree["jinjiang"]
    assert branch_of(ctx.session, tree["maker"].path) == tree["maker"]
    with pytest.raises(NotFound):
        branch_of(ctx.session, "/999/")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("350582103", "jinjiang"),
        ("350582", "jinjiang"),
        ("350583", "quanzhou"),
        ("3505", "quanzhou"),
        ("44", "maker"),
        (None, "maker"),
    ],
)
def test_the_longest_duty_area_decides_who_looks_after_a_place(ctx, tree, code, name):
    assert branch_for_division(ctx.session, code) == tree[name]


def test_a_branch_that_is_closed_looks_after_nothing(ctx, tree):
    tree["jinjiang"].active = False
    ctx.session.flush()
    assert branch_for_division(ctx.session, "350582") == tree["quanzhou"]


def test_units_are_proposed_nearest_duty_area_first(ctx, tree):
    assert [unit.name for unit, _prefix in units_for_division(ctx.session, "350582103")] == ["罗山维修部", "青阳代理"]
    assert [unit.name for unit, _prefix in units_for_division(ctx.session, "350582103", below=tree["jinjiang"].path)] == [
        "青阳代理"
    ]
    assert units_for_division(ctx.session, "44") == []


@pytest.fixture
def administrator(ctx, acting):
    return acting(accounts.actor(ctx.session, "administrator"))


def test_an_administrator_adds_and_changes_an_organisation(administrator, tree):
    service = OrganisationService(administrator)
    made = service.create({"kind": "agent", "name": "新代理", "parent_id": tree["quanzhou"].id, "divisions": ["350521"]})
    assert made.path.startswith(tree["quanzhou"].path)
    service.update(made.id, {"name": "新代理商", "divisions": ["350521", "350524"]}, expected_version=1)
    assert service.divisions_of(made.id) == ["350521", "350524"]
    assert made.version == 2
    with pytest.raises(VersionStale):
        service.update(made.id, {"name": "旧"}, expected_version=1)
    assert made in service.tree()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "maker", "name": "又一个", "parent_id": 1}, "kind"),
        ({"kind": "agent", "parent_id": 1}, "name"),
        ({"kind": "agent", "name": "a", "parent_id": 10**9}, "parent_id"),
        ({"kind": "agent", "name": "a", "parent_id": 1, "path": "/"}, "path"),
        ({"kind": "agent", "name": "a", "parent_id": 1, "divisions": ["3505 82"]}, "divisions"),
    ],
)
def test_a_wrong_organisation_is_refused_by_field(administrator, data, field):
    with pytest.raises(Invalid) as refused:
        OrganisationService(administrator).create(data)
    assert field in refused.value.errors


def test_the_maker_cannot_be_closed(administrator, tree):
    with pytest.raises(Invalid):
        OrganisationService(administrator).update(tree["maker"].id, {"active": False})


def test_who_may_not_edit_accounts_may_not_touch_the_tree(ctx, acting, tree):
    dispatcher = acting(accounts.actor(ctx.session, "dispatcher"))
    with pytest.raises(NotAllowed):
        OrganisationService(dispatcher).create({"kind": "agent", "name": "a", "parent_id": tree["maker"].id})
    with pytest.raises(NotFound):
        OrganisationService(dispatcher).update(tree["agent"].id, {"name": "a"})
