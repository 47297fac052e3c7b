"""Records that look the same and are not: said once, proposed no more, taken back."""

import pytest
from sqlalchemy import select

from shuhua_core.archives.customer_merge import CUSTOMER_MERGE, customer_twins, twins_of_customer
from shuhua_core.archives.distinct import DistinctService
from shuhua_core.archives.merging import MergeService
from shuhua_core.archives.models import Customer, DistinctPair
from shuhua_core.archives.service import CustomerService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound


@pytest.fixture
def service(as_user):
    return DistinctService(as_user("dispatcher"), CUSTOMER_MERGE)


@pytest.fixture
def pair(world):
    return world.customers["one"].id, world.customers["two"].id


def proposed(as_user, login="dispatcher"):
    return {(each.first_id, each.second_id) for each in customer_twins(as_user(login))}


def namesake(as_user, phone):
    return CustomerService(as_user("call_centre")).create({"name": "测试客户", "kind": "government", "phone": phone}).id


@pytest.mark.parametrize("turned", [False, True])
def test_a_pair_that_is_not_the_same_is_proposed_no_more_until_it_is_taken_back(ctx, as_user, service, pair, turned):
    one, other = reversed(pair) if turned else pair
    assert proposed(as_user) == {pair}
    said = service.tell_apart(one, {"other_id": other, "reason": "两个校区"})
    assert (said.first.id, said.second.id, said.reason, said.decided_by) == (one, other, "两个校区", "测试·dispatcher")
    assert said.decided_at == ctx.now
    assert proposed(as_user) == set()
    for mine, theirs in (pair, pair[::-1]):
        record = ctx.session.get_one(Customer, mine)
        assert twins_of_customer(as_user("dispatcher"), record) == []
        assert [each.second.id for each in service.of_record(record)] == [theirs]
    service.take_back(other, one)
    assert proposed(as_user) == {pair}
    assert service.latest() == []


def test_of_three_the_third_is_still_compared_with_the_two_that_are_not_the_same(as_user, service, pair):
    one, two = pair
    third = namesake(as_user, "13900000301")
    assert proposed(as_user) == {(one, two), (one, third)}
    service.tell_apart(one, {"other_id": two, "reason": "不同单位"})
    assert proposed(as_user) == {(one, third)}
    service.tell_apart(one, {"other_id": third, "reason": "不同单位"})
    assert proposed(as_user) == {(two, third)}
    service.tell_apart(third, {"other_id": two, "reason": "不同单位"})
    assert proposed(as_user) == set()


def test_decided_groups_do_not_stand_in_the_way_of_older_ones(as_user, service, pair, monkeypatch):
    """As many groups as are proposed at a time are decided; an older one is proposed all the same."""
    monkeypatch.setattr("shuhua_core.archives.customer_merge.PROPOSED", 1)
    create = CustomerService(as_user("call_centre")).create
    newer = [create({"name": "乙小学", "kind": "government", "phone": f"1390000040{each}"}).id for each in range(2)]
    assert proposed(as_user) == {tuple(newer)}
    service.tell_apart(newer[0], {"other_id": newer[1], "reason": "两个校区"})
    assert proposed(as_user) == {pair}


def test_both_have_it_in_their_log_with_the_reason_where_an_erasure_reaches_it(ctx, service, pair):
    service.tell_apart(pair[0], {"other_id": pair[1], "reason": "王测试说是两家"})
    service.take_back(*pair)
    for event in ("customers.told_apart", "customers.apart_withdrawn"):
        entries = ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == event)).all()
        assert {(each.record_id, each.detail["values"]["other_id"]) for each in entries} == {pair, pair[::-1]}
        assert all("王测试" in str(each.personal) and "王测试" not in str(each.detail) for each in entries)


def test_they_cannot_be_merged_until_it_is_taken_back(as_user, service, pair):
    one, two = pair
    service.tell_apart(one, {"other_id": two, "reason": "两家"})
    merging = MergeService(as_user("dispatcher"), CUSTOMER_MERGE)
    with pytest.raises(Invalid) as error:
        merging.merge(two, {"merged_id": one})
    assert list(error.value.errors) == ["merged_id"]
    service.take_back(one, two)
    assert merging.merge(one, {"merged_id": two}).id == one


def test_what_was_said_of_one_that_went_holds_for_the_one_that_stays(ctx, as_user, service, pair):
    """Two is neither one nor three; three goes into four, and one into four too: four is not two, said once."""
    one, two = pair
    three, four = namesake(as_user, "13900000303"), namesake(as_user, "13900000304")
    service.tell_apart(one, {"other_id": two, "reason": "两家"})
    service.tell_apart(three, {"other_id": two, "reason": "另一家"})
    merging = MergeService(as_user("dispatcher"), CUSTOMER_MERGE)
    merging.merge(four, {"merged_id": three})
    assert {(each.first_id, each.second_id) for each in ctx.session.scalars(select(DistinctPair))} == {(one, two), (two, four)}
    merging.merge(four, {"merged_id": one})
    assert {(each.first_id, each.second_id) for each in ctx.session.scalars(select(DistinctPair))} == {(two, four)}


def test_said_twice_of_itself_and_never_said_are_refused(service, pair):
    one, two = pair
    with pytest.raises(NotFound):
        service.take_back(one, two)
    for data in ({"other_id": one, "reason": "自己"}, {"other_id": two, "reason": ""}, {"other_id": two}):
        with pytest.raises(Invalid):
            service.tell_apart(one, data)
    service.tell_apart(one, {"other_id": two, "reason": "两家"})
    with pytest.raises(Invalid):
        service.tell_apart(two, {"other_id": one, "reason": "两家"})


@pytest.mark.parametrize(
    ("login", "other", "error"),
    [
        ("call_centre", "two", NotAllowed),
        ("administrator", "two", NotAllowed),
        ("dispatcher_other", "two", NotFound),
        ("dispatcher", "other", NotFound),
        ("customer", "two", NotFound),
    ],
)
def test_who_may_not_merge_may_say_nothing_either(as_user, world, login, other, error):
    theirs = DistinctService(as_user(login), CUSTOMER_MERGE)
    with pytest.raises(error):
        theirs.tell_apart(world.customers["one"].id, {"other_id": world.customers[other].id, "reason": "两家"})


@pytest.mark.parametrize(("login", "error"), [("call_centre", NotAllowed), ("dispatcher_other", NotFound)])
def test_who_may_not_merge_takes_nothing_back_and_sees_nothing(as_user, service, pair, login, error):
    service.tell_apart(pair[0], {"other_id": pair[1], "reason": "两家"})
    theirs = DistinctService(as_user(login), CUSTOMER_MERGE)
    assert theirs.latest() == []
    with pytest.raises(error):
        theirs.take_back(*pair)
