"""The built-in checklists, and keeping them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.archives.kinds import EQUIPMENT_TYPES
from shuhua_core.inspections.checklists import ChecklistService, items_of, seed_checklists
from shuhua_core.inspections.models import Checklist
from shuhua_core.kernel.errors import Invalid, NotAllowed, VersionStale

ITEM = {"code": "all", "of": "piece", "zh": "完好", "en": "Whole", "types": ["walker"]}


def test_the_built_in_checklists_ask_something_of_every_type_and_of_the_site_in_both_languages(ctx, outdoor):
    items = items_of(ChecklistService(ctx).version(outdoor)).values()
    for type_ in EQUIPMENT_TYPES:
        assert sum(item.fits(type_) for item in items) >= 7
    assert sum(item.fits("walker") for item in items) > sum(item.fits("sign") for item in items)
    assert any(item.fits(None) for item in items)
    assert all(item.zh and item.en and set(item.types) <= set(EQUIPMENT_TYPES) for item in items)
    assert {each.number for each in ChecklistService(ctx).all()} == {"outdoor", "site"}


def test_seeding_again_leaves_what_the_office_has_changed(ctx, flow, outdoor):
    edited = ChecklistService(flow.context("dispatcher")).edit(outdoor.id, {"name": "我们的表", "items": [ITEM]})
    seed_checklists(ctx.session, ctx.now)
    assert (edited.version, edited.name) == (2, "我们的表")
    assert len(ctx.session.scalars(select(Checklist)).all()) == 2


def test_an_edit_is_a_new_version_and_the_old_one_stays(ctx, flow, outdoor):
    service = ChecklistService(flow.context("quality_engineer"))
    before = service.version(outdoor).items
    service.edit(outdoor.id, {"name": outdoor.name, "items": [ITEM]}, expected_version=1)
    assert list(items_of(service.version(outdoor))) == ["all"]
    assert service.version(outdoor, 1).items == before
    with pytest.raises(VersionStale):
        service.edit(outdoor.id, {"name": "旧", "items": [ITEM]}, expected_version=1)


def test_a_new_checklist_gets_a_number_and_is_kept_only_by_those_who_may(flow):
    made = ChecklistService(flow.context("dispatcher")).create({"name": "校园", "name_en": "School", "items": [ITEM]})
    assert made.number.startswith("JC")
    assert made.label("en") == "School"
    with pytest.raises(NotAllowed):
        ChecklistService(flow.context("inspector")).create({"name": "校园", "items": [ITEM]})
    with pytest.raises(NotAllowed):
        ChecklistService(flow.context("customer")).all()


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([ITEM, ITEM], "items.1.code"),
        ([{**ITEM, "code": "Two words"}], "items.0.code"),
        ([{**ITEM, "types": ["rocket"]}], "items.0.types"),
        ([{**ITEM, "of": "nothing"}], "items.0.of"),
        ([{"code": "all", "of": "piece"}], "items.0.zh"),
        (["all"], "items.0"),
    ],
)
def test_a_checklist_that_cannot_be_is_refused_with_the_place(flow, items, field):
    with pytest.raises(Invalid) as refused:
        ChecklistService(flow.context("dispatcher")).create({"name": "校园", "items": items})
    assert field in refused.value.errors
