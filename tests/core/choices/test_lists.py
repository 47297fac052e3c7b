"""Choice lists: what they begin with, how they are kept, and that every use of them sees a change at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from shuhua_core.archives.kinds import CUSTOMER_KINDS, EQUIPMENT_TYPES, PROJECT_KINDS
from shuhua_core.archives.service import CustomerService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.choices.lists import lists, seed_choices
from shuhua_core.choices.service import ChoiceService
from shuhua_core.kernel.choice_store import ChoiceEntry
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, VersionStale, WrongState
from shuhua_core.kernel.schema import deserialize
from shuhua_core.parts.schema import FINDINGS
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.sites.states import SITE_KINDS, shape_of
from shuhua_core.tasks.schema import CAUSES, HOLD_REASONS, OUTCOMES, REMEDIES, UNREACHED, WAYS, Complete, Hold
from shuhua_core.testing.flow import COMPLETE

NAMED = (
    CUSTOMER_KINDS, PROJECT_KINDS, EQUIPMENT_TYPES, SITE_KINDS, FAULTS, CAUSES, REMEDIES, FINDINGS, HOLD_REASONS, WAYS, OUTCOMES,
    UNREACHED,
)  # fmt: skip
TORSION = {"code": "torsion", "zh": "扭断", "en": "Twisted off"}


@pytest.fixture
def engineer(flow):
    """The quality engineer's service."""
    return lambda login="quality_engineer": ChoiceService(flow.context(login))


def entry(ctx, name, code):
    return ctx.session.scalars(select(ChoiceEntry).where(ChoiceEntry.list_name == name, ChoiceEntry.code == code)).one()


def test_the_code_names_the_lists_that_there_are_and_no_others():
    assert {each.name for each in NAMED} == lists().keys()


def test_each_list_begins_with_its_words_and_names_places_where_they_stand(ctx):
    for known in lists().values():
        words = next(each for each in NAMED if each.name == known.name)
        assert [(code, *labels) for code, labels in words.items()] == [tuple(each) for each in known.words]
        assert known.fixed <= words.keys()
        assert known.places()


def test_seeding_again_changes_nothing_of_what_a_deployment_made_of_its_lists(ctx):
    entry(ctx, "causes", "wear").zh = "自然磨损"
    ctx.session.flush()
    before = ctx.session.scalar(select(func.count(ChoiceEntry.id)))
    seed_choices(ctx.session, ctx.now)
    assert ctx.session.scalar(select(func.count(ChoiceEntry.id))) == before
    assert entry(ctx, "causes", "wear").zh == "自然磨损"


def test_a_new_word_is_taken_and_shown_at_once_and_stands_before_other(flow, engineer):
    with pytest.raises(Invalid):
        deserialize(Complete, {**COMPLETE, "cause_code": "torsion"})
    made = engineer().add("causes", TORSION)
    assert deserialize(Complete, {**COMPLETE, "cause_code": "torsion"})["cause_code"] == "torsion"
    assert list(CAUSES)[-2:] == ["torsion", "other"]
    assert CAUSES.label("torsion", "zh_Hans") == "扭断"
    event = flow.ctx.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (event.event, event.number, event.record_id) == ("choices.added", "causes/torsion", made.id)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"code": "wear", "zh": "别的", "en": "Another"}, "code"),
        ({"code": "Torsion", "zh": "扭断", "en": "Twisted off"}, "code"),
        ({"code": "torsion_of_the_main_axle", "zh": "扭断", "en": "Twisted off"}, "code"),
        ({"code": "torsion", "zh": "扭断"}, "en"),
        ({"code": "torsion", "en": "Twisted off"}, "zh"),
        ({"code": "torsion", "zh": "正常磨损", "en": "Twisted off"}, "zh"),
        ({"code": "torsion", "zh": "扭断", "en": "ordinary wear"}, "en"),
        ({**TORSION, "applies_to": ["spaceship"]}, "applies_to"),
        ({**TORSION, "parent": "wear"}, "parent"),
    ],
)
def test_a_word_that_cannot_be_is_refused_at_its_field(engineer, data, field):
    with pytest.raises(Invalid) as refused:
        engineer().add("causes", data)
    assert list(refused.value.errors) == [field]


def test_who_keeps_which_list(engineer):
    with pytest.raises(NotAllowed):
        engineer().add("site_kinds", {"code": "camp", "zh": "营区", "en": "Camp"})
    with pytest.raises(NotAllowed):
        engineer("administrator").add("causes", TORSION)
    with pytest.raises(NotAllowed):
        engineer("reviewer").words("causes")
    with pytest.raises(NotFound):
        engineer().words("no_such_list")


def test_a_word_is_renamed_everywhere_and_its_code_stays(flow, engineer):
    wear = entry(flow.ctx, "causes", "wear")
    engineer().change(wear.id, {"zh": "自然磨损"}, expected_version=1)
    assert (CAUSES["wear"], wear.code, wear.version) == (("自然磨损", "Ordinary wear"), "wear", 2)
    with pytest.raises(VersionStale):
        engineer().change(wear.id, {"zh": "又一个"}, expected_version=1)
    with pytest.raises(Invalid):
        engineer().change(wear.id, {"en": None})


def test_words_move_up_and_down_and_stop_at_the_ends(flow, engineer):
    first, second = list(HOLD_REASONS)[:2]
    service, moved = engineer("administrator"), entry(flow.ctx, "hold_reasons", second)
    service.move(moved.id, -1)
    assert list(HOLD_REASONS)[:2] == [second, first]
    service.move(moved.id, -1)
    assert list(HOLD_REASONS)[:2] == [second, first]
    service.move(moved.id, 1)
    assert list(HOLD_REASONS)[:2] == [first, second]


def test_a_retired_word_is_kept_by_records_and_not_offered_to_new_ones(flow, engineer):
    customer = CustomerService(flow.context("call_centre")).create({"name": "某健身房", "kind": "club"})
    club = entry(flow.ctx, "customer_kinds", "club")
    engineer("administrator").retire(club.id)
    assert "club" in CUSTOMER_KINDS
    assert "club" not in CUSTOMER_KINDS.offered()
    service = CustomerService(flow.context("call_centre"))
    assert service.edit(customer.id, {"name": "某健身俱乐部", "kind": "club"}).kind == "club"
    with pytest.raises(Invalid) as refused:
        service.create({"name": "另一家", "kind": "club"})
    assert "2026-11-22" in str(refused.value.errors["kind"] % {}) or refused.value.errors["kind"].mapping["day"] == "2026-11-22"
    with pytest.raises(WrongState):
        engineer("administrator").retire(club.id)
    engineer("administrator").restore(club.id)
    assert service.create({"name": "另一家", "kind": "club"}).kind == "club"


def test_what_a_phone_captured_before_a_word_was_retired_is_taken_and_what_came_later_is_not(flow, engineer):
    weather = entry(flow.ctx, "hold_reasons", "weather")
    engineer("administrator").retire(weather.id)
    before, after = ((flow.ctx.now + timedelta(hours=hours)).isoformat() for hours in (-2, 2))
    assert deserialize(Hold, {"hold_reason": "weather", "captured_at": before})["hold_reason"] == "weather"
    for late in ({"captured_at": after}, {}):
        with pytest.raises(Invalid) as refused:
            deserialize(Hold, {"hold_reason": "weather", **late})
        assert list(refused.value.errors) == ["hold_reason"]


def test_what_the_system_itself_uses_is_neither_retired_nor_removed_and_no_list_is_emptied(flow, engineer):
    for known in lists().values():
        for code in known.fixed:
            for way in ("retire", "remove"):
                with pytest.raises(Invalid):
                    getattr(engineer("quality_engineer" if known.keeper == "quality" else "administrator"), way)(
                        entry(flow.ctx, known.name, code).id
                    )
    *others, last = [entry(flow.ctx, "findings", code) for code in FINDINGS]
    for each in others:
        engineer().retire(each.id)
    with pytest.raises(Invalid):
        engineer().retire(last.id)


def test_a_word_in_use_is_counted_and_cannot_be_removed(flow, engineer):
    task = flow.to_completed(flow.to_assigned(flow.approve(flow.report(fault="noise"))), cause_code="fatigue")
    assert task.fault == "noise"
    assert engineer().usage("causes")["fatigue"] == 1
    assert engineer().usage("faults")["noise"] == 2
    for name, code in (("causes", "fatigue"), ("faults", "noise")):
        with pytest.raises(Conflict):
            engineer().remove(entry(flow.ctx, name, code).id)
    engineer().remove(entry(flow.ctx, "causes", "design").id)
    assert "design" not in CAUSES


def test_a_reason_that_only_a_step_remembers_is_in_use(flow, engineer):
    task = flow.to_assigned(flow.approve(flow.report()))
    flow.task("repairer", task, "hold", hold_reason="weather")
    flow.task("repairer", task, "resume")
    assert task.hold_reason is None
    assert engineer("administrator").usage("hold_reasons")["weather"] == 1
    with pytest.raises(Conflict):
        engineer("administrator").remove(entry(flow.ctx, "hold_reasons", "weather").id)


def test_types_that_codes_or_checklists_name_are_in_use(flow, engineer):
    noise = entry(flow.ctx, "faults", "noise")
    engineer().change(noise.id, {"applies_to": ["rower"]})
    with pytest.raises(Conflict):
        engineer("administrator").remove(entry(flow.ctx, "equipment_types", "rower").id)
    assert "noise" in FAULTS.offered("rower")
    assert "noise" not in FAULTS.offered("walker")
    assert "noise" in FAULTS.offered(None)


def test_a_new_kind_of_site_has_the_shape_of_the_one_it_is_shown_as(engineer):
    service = engineer("administrator")
    service.add("site_kinds", {"code": "camp", "zh": "营区", "en": "Camp", "parent": "school"})
    service.add("site_kinds", {"code": "factory", "zh": "厂区", "en": "Factory"})
    assert (shape_of("camp"), shape_of("school"), shape_of("factory")) == ("triangle", "triangle", "pin")
    with pytest.raises(Invalid):
        service.add("site_kinds", {"code": "camp_2", "zh": "营区二", "en": "Camp 2", "parent": "camp"})


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"cause": "轴承磨损", "remedy": "更换轴承"}, []),
        ({"cause_code": "wear", "remedy_code": "replaced"}, []),
        ({"cause_code": "other", "cause": "电缆被鼠咬断", "remedy_code": "replaced"}, []),
        ({"cause_code": "other", "remedy_code": "replaced"}, ["cause"]),
        ({"remedy_code": "other"}, ["cause", "remedy"]),
        ({"cause_code": "no_such", "remedy_code": "replaced"}, ["cause_code"]),
    ],
)
def test_cause_and_remedy_are_codes_or_words_and_other_needs_words(ctx, said, wrong):
    data = {"result": "repaired", **said}
    if not wrong:
        assert deserialize(Complete, data)["result"] == "repaired"
        return
    with pytest.raises(Invalid) as refused:
        deserialize(Complete, data)
    assert list(refused.value.errors) == wrong


def test_lists_are_asked_for_once_a_context_and_read_only_when_they_have_changed(flow, count_sql):
    list(CAUSES)
    again = flow.context("repairer")
    with count_sql() as sql:
        for _number in range(50):
            assert CAUSES.label("wear", "en") == "Ordinary wear"
            deserialize(Complete, COMPLETE)
    assert sql.count <= 1
    assert again is not None
