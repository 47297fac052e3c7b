"""Two customers become one, and which may be the same."""

import pytest
from sqlalchemy import func, select

from shuhua_core.accounts.models import User
from shuhua_core.archives.contacts import keep_contact
from shuhua_core.archives.customer_merge import CUSTOMER_MERGE, customer_twins, twins_of_customer
from shuhua_core.archives.merging import MergeService
from shuhua_core.archives.models import Contact, Customer, Project
from shuhua_core.archives.names import name_key
from shuhua_core.archives.service import CustomerService, ProjectService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.imports.archives import ARCHIVES
from shuhua_core.imports.rows import RowSaver
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.scope import visible
from shuhua_core.sites.models import Equipment, Site


@pytest.fixture
def merge(as_user, world):
    """Merge customer two into customer one."""

    def call(login="dispatcher", keep="one", gone="two", **data):
        service = MergeService(as_user(login), CUSTOMER_MERGE)
        return service.merge(world.customers[keep].id, {"merged_id": world.customers[gone].id, **data})

    return call


def test_projects_sites_pieces_contacts_and_accounts_go_over(ctx, as_user, world, merge):
    one, two = world.customers["one"].id, world.customers["two"].id
    path = world.units["branch"].path
    contact = keep_contact(as_user("call_centre"), name="李测试", phone="13900000055", organisation_path=path, customer_id=two)
    merge()
    for model in (Project, Site, Equipment, Contact, User):
        assert two not in set(ctx.session.scalars(select(model.customer_id))), model
    assert ctx.session.get_one(Contact, contact.id).customer_id == one
    assert ctx.session.get_one(User, world.users["customer_2"]).customer_id == one
    entry = ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == "customers.merged")).one()
    assert entry.detail["values"]["counts"] == {"contacts": 1, "equipment": 2, "projects": 1, "sites": 1, "users": 1}
    assert entry.detail["values"]["moved"]["users"] == [world.users["customer_2"]]


def test_the_account_of_the_one_that_went_sees_what_is_now_its_own(as_user, world, merge):
    merge()
    assert {each.id for each in _seen(as_user("customer_2"))} == {world.sites["one"].id, world.sites["two"].id}


def _seen(ctx):
    return ctx.session.scalars(select(Site).where(visible(Site, ctx.actor, "sites.view"))).all()


def test_a_phone_goes_with_its_last_four_digits(world, merge):
    keep = merge(take=["phone"])
    assert (keep.phone, keep.phone_tail) == ("13900000002", "0002")


def test_of_the_maker_and_a_branch_the_branch_keeps_the_customer_so_that_nobody_loses_sight_of_it(ctx, as_user, world):
    one, two = (ctx.session.get_one(Customer, world.customers[name].id) for name in ("one", "two"))
    one.organisation_path, branch = world.units["maker"].path, world.units["branch"].path
    CUSTOMER_MERGE.check(as_user("dispatcher"), one, two)
    CUSTOMER_MERGE.settle(as_user("dispatcher"), one, two)
    assert (one.organisation_path, two.organisation_path) == (branch, branch)


def test_customers_of_two_branches_stay_two(ctx, world, as_user):
    """Even for somebody who reaches both."""
    both = as_user("dispatcher")
    ctx.session.get_one(Customer, world.customers["two"].id).organisation_path = world.units["other_branch"].path
    ctx.session.flush()
    one, two = (ctx.session.get_one(Customer, world.customers[name].id) for name in ("one", "two"))
    with pytest.raises(Invalid) as error:
        CUSTOMER_MERGE.check(both, one, two)
    assert list(error.value.errors) == ["merged_id"]


def test_a_project_that_names_the_old_customer_gets_the_one_that_stays(as_user, world, merge):
    merge()
    made = ProjectService(as_user("dispatcher")).create({"name": "新工程", "customer_id": world.customers["two"].id})
    assert made.customer_id == world.customers["one"].id


def test_a_file_that_names_the_old_number_means_the_one_that_stays_and_its_own_row_is_refused(ctx, as_user, world, merge):
    merge()
    user = as_user("dispatcher")
    before = ctx.session.scalar(select(func.count()).select_from(Customer))
    projects = RowSaver(user, ARCHIVES["projects"], ("name", "kind", "customer_id"), None, "en")
    assert projects.save(projects.texts(("新工程", "path", "KH2"))).kind == "added"
    made = ctx.session.scalars(select(Project).where(Project.name == "新工程")).one()
    assert made.customer_id == world.customers["one"].id
    customers = RowSaver(user, ARCHIVES["customers"], ("number", "name", "kind"), None, "en")
    refused = customers.save(customers.texts(("KH2", "旧名", "school")))
    assert (refused.kind, list(refused.detail)) == (
        "refused",
        ["Number: KH2 was merged into KH1. Enter that number, or leave the row out."],
    )
    assert ctx.session.scalar(select(func.count()).select_from(Customer)) == before
    assert ctx.session.get_one(Customer, world.customers["one"].id).name == "测试客户"


def test_customers_of_one_name_or_phone_are_proposed(as_user, world):
    service = CustomerService(as_user("dispatcher"))
    third = service.create({"name": "测试 客户 有限公司", "phone": "139 0000 0099"})
    fourth = service.create({"name": "别的", "phone": "139 0000 0099"})
    one, two = world.customers["one"], world.customers["two"]
    found = {(each.first_id, each.second_id, each.reason) for each in customer_twins(as_user("dispatcher"))}
    assert found == {(one.id, two.id, "name"), (one.id, third.id, "name"), (third.id, fourth.id, "phone")}
    assert {each.id for each in twins_of_customer(as_user("dispatcher"), third)} == {one.id, two.id, fourth.id}
    assert customer_twins(as_user("call_centre")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("舒华公园", "舒华公园 健身路径"),
        ("晋江市第一小学", "晋江市第一小学（安装点）"),
        ("ＡＢＣ健身有限公司", "abc健身"),
        ("Park No. 1", "park no 1"),
    ],
)
def test_two_ways_of_writing_one_name(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("第一小学", "第二小学"), ("健身点 1", "健身点 2"), ("公司", "有限公司甲")])
def test_names_of_two_are_two(one, other):
    assert name_key(one) != name_key(other)


def test_a_name_of_nothing_but_an_ending_or_signs_is_its_own_key():
    assert name_key("有限公司") == "有限公司"
    assert name_key("——") == "——"
