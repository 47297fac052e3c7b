"""Rules for warranty and safe service life: which one a piece follows, and what a change of them does."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from shuhua_core.archives.service import ModelService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, VersionStale, WrongState
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.lifetimes import run
from shuhua_core.sites.lifetimes.models import LifetimeRule, LifetimeRun
from shuhua_core.sites.lifetimes.reckon import ModelTerms, Reckoner
from shuhua_core.sites.lifetimes.seeding import seed_lifetimes
from shuhua_core.sites.lifetimes.service import LifetimeRuleService
from shuhua_core.sites.models import Equipment

OLD, NEW = date(2024, 5, 1), date(2025, 10, 1)


def rule(number, **values):
    empty = dict.fromkeys(("type", "model_id", "starts_on", "ends_on", "safe_life_months", "warranty_months"))
    return SimpleNamespace(**{**empty, "id": number, "dated_by": "production", "counted_from": "installation", **values})


def piece(produced_on=OLD, installed_on=None, model_id=1):
    return SimpleNamespace(model_id=model_id, produced_on=produced_on, installed_on=installed_on or produced_on)


def reckoner(*rules, warranty=None, life=None):
    return Reckoner(rules, {1: ModelTerms("walker", warranty, life), 2: ModelTerms("bars", None, None)})


class TestWhichRuleWins:
    def test_an_edition_is_for_the_pieces_of_its_days(self):
        found = reckoner(
            rule(1, ends_on=date(2025, 8, 31), safe_life_months=96), rule(2, starts_on=date(2025, 9, 1), safe_life_months=60)
        )
        assert found.end(piece(date(2025, 8, 31)), "safe_life").rule_id == 1
        assert found.end(piece(date(2025, 9, 1)), "safe_life").rule_id == 2

    def test_the_most_special_one_wins_and_the_models_own_value_stands_between(self):
        general, typed, named = (
            rule(1, safe_life_months=10),
            rule(2, type="walker", safe_life_months=20),
            rule(3, model_id=1, safe_life_months=30),
        )
        assert reckoner(general, typed, named, life=40).end(piece(), "safe_life").months == 30
        assert (found := reckoner(general, typed, life=40).end(piece(), "safe_life")).months == 40
        assert (found.by, found.rule_id) == ("model", None)
        assert reckoner(general, typed).end(piece(), "safe_life").months == 20
        assert reckoner(general, typed).end(piece(model_id=2), "safe_life").months == 10

    def test_each_end_is_looked_for_by_itself(self):
        found = reckoner(rule(1, safe_life_months=96, warranty_months=24), rule(2, type="walker", warranty_months=12))
        assert (found.end(piece(), "safe_life").months, found.end(piece(), "warranty").months) == (96, 12)

    def test_of_two_alike_the_one_for_later_pieces_wins(self):
        found = reckoner(rule(2, safe_life_months=96), rule(1, starts_on=date(2020, 1, 1), safe_life_months=60))
        assert found.end(piece(), "safe_life").rule_id == 1

    def test_a_term_is_counted_from_the_rules_day_or_the_other_where_that_is_unknown(self):
        made = reckoner(rule(1, counted_from="production", safe_life_months=12))
        put_up = reckoner(rule(1, safe_life_months=12))
        both = piece(date(2024, 1, 1), date(2024, 7, 1))
        assert made.end(both, "safe_life").to == date(2024, 12, 31)
        assert put_up.end(both, "safe_life").to == date(2025, 6, 30)
        stored = SimpleNamespace(model_id=1, produced_on=date(2024, 1, 1), installed_on=None)
        assert put_up.end(stored, "safe_life").to == date(2024, 12, 31)

    def test_without_any_day_there_is_no_end_and_no_edition(self):
        nothing = SimpleNamespace(model_id=1, produced_on=None, installed_on=None)
        assert reckoner(rule(1, safe_life_months=12)).end(nothing, "safe_life").to is None
        assert reckoner(rule(1, starts_on=OLD, safe_life_months=12)).end(nothing, "safe_life").by is None


@pytest.fixture
def rules(ctx, world, as_user):
    """As a quality engineer; only the rules of the test are in force."""
    for each in ctx.session.scalars(select(LifetimeRule)):
        each.ended_at = ctx.now
    ctx.session.flush()
    return LifetimeRuleService(as_user("quality_engineer"))


def made(as_user, world, **values):
    data = {"model_id": world.pieces["one_1"].model_id, "site_id": world.sites["one"].id, **values}
    return EquipmentService(as_user("dispatcher")).create(data)


def ends(found):
    return found.safe_life_to, found.safe_life_by, found.safe_life_rule_id


def test_a_new_piece_gets_its_ends_by_rule_unless_they_are_entered(rules, as_user, world):
    first = rules.create({"edition": "甲版", "safe_life_months": 12})
    assert ends(made(as_user, world, installed_on="2025-01-01")) == (date(2025, 12, 31), "rule", first.id)
    entered = made(as_user, world, installed_on="2025-01-01", safe_life_to="2031-01-01")
    assert ends(entered) == (date(2031, 1, 1), "piece", None)


def test_a_change_of_day_moves_the_end_and_an_emptied_one_is_reckoned(rules, as_user, world):
    first = rules.create({"edition": "甲版", "safe_life_months": 12})
    found = made(as_user, world, installed_on="2025-01-01", safe_life_to="2031-01-01")
    service = EquipmentService(as_user("dispatcher"))
    service.edit(found.id, {"installed_on": "2025-03-01"})
    assert found.safe_life_to == date(2031, 1, 1)
    service.edit(found.id, {"safe_life_to": None})
    assert ends(found) == (date(2026, 2, 28), "rule", first.id)
    service.edit(found.id, {"installed_on": "2025-04-01", "safe_life_to": "2026-02-28"})  # a form sends back what it showed
    assert ends(found) == (date(2026, 3, 31), "rule", first.id)


def test_who_has_not_the_permission_changes_no_rule(rules, as_user, world):
    first = rules.create({"edition": "甲版", "safe_life_months": 12})
    with pytest.raises(NotAllowed):
        LifetimeRuleService(as_user("dispatcher")).create({"edition": "乙版", "safe_life_months": 1})
    with pytest.raises(NotAllowed):
        LifetimeRuleService(as_user("reviewer")).end(first.id, {"reason": "无此权限"})
    assert LifetimeRuleService(as_user("repairer")).get(first.id) is first


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "safe_life_months"),
        ({"safe_life_months": 12, "starts_on": "2025-02-01", "ends_on": "2025-01-01"}, "ends_on"),
        ({"safe_life_months": 12, "model_id": 10**9}, "model_id"),
        ({"safe_life_months": 0}, "safe_life_months"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rules, values, field):
    with pytest.raises(Invalid) as error:
        rules.create({"edition": "甲版", **values})
    assert list(error.value.errors) == [field]


def test_a_rule_for_a_model_has_no_type(rules, world):
    with pytest.raises(Invalid) as error:
        rules.create({"edition": "甲版", "safe_life_months": 9, "type": "bars", "model_id": world.pieces["one_1"].model_id})
    assert list(error.value.errors) == ["type"]


def test_two_rules_never_say_different_things_of_the_same_pieces_from_the_same_day(rules):
    first = rules.create({"edition": "甲版", "type": "bars", "safe_life_months": 12})
    with pytest.raises(Invalid):
        rules.create({"edition": "乙版", "type": "bars", "safe_life_months": 24})
    rules.create({"edition": "保修", "type": "bars", "warranty_months": 24})
    rules.edit(first.id, {"safe_life_months": 36})
    rules.end(first.id, {"reason": "已被替代"})
    rules.create({"edition": "乙版", "type": "bars", "safe_life_months": 24})


def test_an_ended_rule_is_not_changed_any_more(rules):
    first = rules.create({"edition": "甲版", "safe_life_months": 12})
    rules.end(first.id, {"reason": "已被替代"})
    for change in (lambda: rules.edit(first.id, {"safe_life_months": 1}), lambda: rules.end(first.id, {"reason": "再次"})):
        with pytest.raises(WrongState):
            change()


def test_a_stale_change_of_a_rule_is_refused(rules):
    first = rules.create({"edition": "甲版", "safe_life_months": 12})
    with pytest.raises(VersionStale):
        rules.edit(first.id, {"safe_life_months": 1}, expected_version=7)


def test_a_preview_counts_what_would_follow_and_changes_nothing(rules, as_user, world):
    made(as_user, world, installed_on="2025-01-01")
    made(as_user, world, installed_on="2025-01-01", safe_life_to="2031-01-01", warranty_to="2031-01-01")
    found = rules.preview({"edition": "甲版", "safe_life_months": 12, "type": "walker"})
    # six pieces of the world, two of the test; all installed by June 2025, and today is November 2026
    assert (found.pieces, found.changing, found.past, found.entered, found.more) == (8, 7, 7, 1, False)
    assert rules.preview({"edition": "甲版", "safe_life_months": 12, "type": "bars"}).pieces == 0
    first = rules.create({"edition": "甲版", "safe_life_months": 120, "type": "walker"})
    assert rules.preview_end(first.id).changing == 0  # the run has not come yet
    run_all(rules)
    assert rules.preview_end(first.id).changing == 7
    assert rules.preview({"edition": "甲版", "safe_life_months": 120, "type": "walker"}, first.id).changing == 0


def run_all(rules):
    """What the worker does, in the transaction of the test."""
    ctx = rules._ctx.as_system()
    while (waiting := ctx.session.scalars(run._WAITING).first()) is not None:
        run._chunk(ctx, waiting)


def test_a_change_of_a_rule_reaches_the_pieces_chunk_by_chunk_with_audit(rules, ctx, world, monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 2)
    world.pieces["two_1"].state = "scrapped"
    first = rules.create({"edition": "甲版", "safe_life_months": 120})
    run_all(rules)
    assert {found.safe_life_to for name, found in world.pieces.items() if name != "two_1"} == {date(2035, 5, 31)}
    assert world.pieces["two_1"].safe_life_to is None  # gone: its story is told
    done = ctx.session.scalars(select(LifetimeRun).where(LifetimeRun.rule_id == first.id)).one()
    assert (done.seen, done.changed) == (5, 5)
    told = ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == "equipment.ends_reckoned")).all()
    assert len(told) == 5
    rules.edit(first.id, {"model_id": None, "safe_life_months": 60})
    run_all(rules)
    assert world.pieces["one_1"].safe_life_to == date(2030, 5, 31)
    rules.end(first.id, {"reason": "已被替代"})
    run_all(rules)
    assert (world.pieces["one_1"].safe_life_to, world.pieces["one_1"].safe_life_by) == (None, None)


def test_a_models_own_value_moves_its_pieces(rules, as_user, world):
    rules.create({"edition": "甲版", "safe_life_months": 60})
    run_all(rules)
    ModelService(as_user("quality_engineer")).edit(world.pieces["one_1"].model_id, {"safe_life_years": 2})
    run_all(rules)
    assert (world.pieces["one_1"].safe_life_to, world.pieces["one_1"].safe_life_by) == (date(2027, 5, 31), "model")


def test_words_alone_start_no_reckoning(rules, ctx):
    first = rules.create({"edition": "甲版", "safe_life_months": 60})
    run_all(rules)
    rules.edit(first.id, {"note": "核对过"})
    assert not ctx.session.scalars(run._WAITING).all()


def test_every_deployment_starts_with_rules_once(ctx):
    before = len(ctx.session.scalars(select(LifetimeRule)).all())
    seed_lifetimes(ctx.session, ctx.now + timedelta(days=1))
    assert len(ctx.session.scalars(select(LifetimeRule)).all()) == before >= 3


def test_the_worker_reckons_in_transactions_of_its_own(deployment, populated_rules):
    run.reckon_waiting(deployment)
    with deployment.database.read() as session:
        assert not session.scalars(run._WAITING).all()
        assert set(session.scalars(select(Equipment.safe_life_by))) == {"rule"}


@pytest.fixture
def populated_rules(deployment):
    from shuhua_core.kernel.actor import SYSTEM
    from shuhua_core.sites.lifetimes.service import start_run
    from shuhua_core.testing.world import build_world

    with deployment.database.write() as session:
        build_world(session)
        start_run(deployment.context(session, SYSTEM), [[None, None]])
