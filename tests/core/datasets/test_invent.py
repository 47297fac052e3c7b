"""The invented deployment."""

import re
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from shuhua_core.archives.kinds import CUSTOMER_KINDS, PROJECT_KINDS
from shuhua_core.datasets.divisions import divisions
from shuhua_core.datasets.invent import TIMELINE_LIMIT, plan
from shuhua_core.kernel.schema import deserialize
from shuhua_core.places.datums import in_mainland
from shuhua_core.repairs.schema import ACTION_SCHEMAS as REPAIR_SCHEMAS
from shuhua_core.sites.codes import is_valid
from shuhua_core.tasks.schema import ACTION_SCHEMAS as TASK_SCHEMAS
from tests.core.datasets.tables import ENDED, REPAIR, TASK, Referee

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def load_table(room):
    path = files(f"shuhua_core.{room}").joinpath("workflow.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))["row"]


@pytest.fixture(scope="module")
def demo():
    return plan(7, sites=240, repairs=1500, ends_at=NOW)


@pytest.fixture(scope="module")
def sites(demo):
    return list(demo.sites())


@pytest.fixture(scope="module")
def repairs(demo):
    return list(demo.repairs())


def test_the_same_seed_gives_the_same_deployment(demo, repairs, sites):
    again = plan(7, sites=240, repairs=1500, ends_at=NOW)
    assert list(again.repairs()) == repairs
    assert list(again.sites()) == sites
    for one, other in (("organisations",) * 2, ("people",) * 2, ("customers",) * 2, ("projects",) * 2):
        assert list(getattr(demo, one)()) == list(getattr(again, other)())


def test_another_seed_gives_another_deployment(sites):
    assert list(plan(8, sites=240, repairs=1500, ends_at=NOW).sites()) != sites


def test_a_larger_deployment_begins_with_the_same_sites(sites):
    larger = plan(7, sites=1_000_000, repairs=1500, ends_at=NOW)
    assert list(islice(larger.sites(), 240)) == sites


def test_everything_counts_what_was_asked_for(demo, sites, repairs):
    assert len(sites) == 240
    assert len(repairs) == 1500
    pieces = [piece for site in sites for piece in site.equipment]
    assert 5 < len(pieces) / len(sites) < 7
    assert len(list(demo.projects())) == 30


def test_keys_numbers_serials_and_labels_are_unique(demo, sites):
    pieces = [piece for site in sites for piece in site.equipment]
    for values in (
        [site.key for site in sites],
        [site.number for site in sites],
        [piece.key for piece in pieces],
        [piece.number for piece in pieces],
        [piece.serial for piece in pieces],
        [piece.label for piece in pieces],
        [person.key for person in demo.people()],
        [customer.number for customer in demo.customers()],
        [project.number for project in demo.projects()],
    ):
        assert len(set(values)) == len(values)
    assert all(is_valid(piece.label) for piece in pieces)


def test_references_lead_somewhere(demo, sites, repairs):
    organisations = {}
    for organisation in demo.organisations():
        assert organisation.parent is None or organisation.parent in organisations
        organisations[organisation.key] = organisation
    customers = {customer.key for customer in demo.customers()}
    projects = {project.key: project for project in demo.projects()}
    models = set(demo.models())
    by_key = {site.key: site for site in sites}
    assert all(person.organisation in organisations for person in demo.people())
    assert all(project.customer in customers for project in projects.values())
    for site in sites:
        assert projects[site.project].customer == site.customer
        assert all(piece.model in models for piece in site.equipment)
    for repair in repairs:
        assert repair.equipment in {piece.key for piece in by_key[repair.site].equipment}


def test_the_people_in_scripts_exist_and_have_the_role(demo, sites, repairs):
    people = {person.key: person.role for person in demo.people()}
    others = {"system", "public"} | {customer.key for customer in demo.customers()} | {site.host for site in sites}
    for repair in repairs:
        for step in repair.steps:
            assert step.actor in people or step.actor in others, step
            assert step.input.get("repairer_id", "x:repairer:1") in people or "repairer_id" not in step.input
    assert {role for key, role in people.items() if key.startswith("agent")} == {"agent_manager", "repairer"}


def test_names_and_phones_are_plainly_invented(demo, sites):
    for phone in [person.phone for person in demo.people()] + [site.phone for site in sites]:
        assert re.fullmatch(r"1390000\d{4}", phone)
    for name in [person.name for person in demo.people()] + [site.contact for site in sites]:
        assert name.startswith("测试·")
    assert all(organisation.name_zh.startswith("示例") for organisation in demo.organisations())
    assert all(customer.email.endswith("@example.com") for customer in demo.customers())


def test_sites_stand_in_real_towns_of_several_provinces(sites):
    towns = {division.code for division in divisions() if division.level == "town"}
    assert {site.division for site in sites} <= towns
    assert len({site.division[:2] for site in sites}) >= 6
    assert sum(in_mainland(site.lon, site.lat) for site in sites) / len(sites) > 0.97


def test_sites_crowd_as_real_places_do(sites):
    by_project = Counter(site.division[:6] for site in sites)
    assert by_project.most_common(1)[0][1] >= 8
    cells = Counter((round(site.lon), round(site.lat)) for site in sites)
    assert len(cells) < len(sites) / 4


def test_dates_of_equipment_follow_each_other(sites):
    today = NOW.date()
    for site in sites:
        for piece in site.equipment:
            assert piece.produced_on < piece.installed_on <= today
            assert piece.installed_on < piece.warranty_until < piece.safe_life_until


@pytest.mark.usefixtures("ctx")  # what may be chosen stands in the database
def test_kinds_and_amounts_are_those_of_the_archives(demo):
    assert {customer.kind for customer in demo.customers()} <= CUSTOMER_KINDS.keys()
    for project in demo.projects():
        assert project.kind in PROJECT_KINDS
        assert isinstance(project.amount, Decimal)
        assert project.amount > 0


def test_every_duty_area_has_its_sites(demo, sites):
    areas = [organisation.duty_areas for organisation in demo.organisations() if organisation.kind == "agent"]
    for site in sites:
        assert sum(site.division.startswith(area) for area in areas for area in area) == 1


def test_requests_come_in_order_and_end_with_the_history(demo, repairs):
    created = [repair.created_at for repair in repairs]
    assert created == sorted(created)
    assert demo.starts_at <= created[0]
    last = max(step.at for repair in repairs for step in repair.steps)
    assert NOW - timedelta(days=2) < last <= NOW
    assert NOW - timedelta(days=3) < created[-1] <= NOW


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_script_is_legal_by_the_tables(seed):
    deployment = plan(seed, sites=150, repairs=900, ends_at=NOW)
    checked = {site.key: site.host is not None for site in deployment.sites()}
    for repair in deployment.repairs():
        referee = Referee(repair, check_asked=checked[repair.site]).play()
        assert referee.state == repair.final_state
        assert tuple(referee.tasks) == repair.tasks
        assert tuple(referee.tasks.values()) == repair.task_states
        assert referee.joined == repair.joined_task


@pytest.mark.usefixtures("ctx")  # what may be chosen stands in the database
def test_inputs_satisfy_the_schemas_that_the_workflow_tables_name(repairs):
    machines = {"repair": (REPAIR_SCHEMAS, load_table("repairs")), "task": (TASK_SCHEMAS, load_table("tasks"))}
    for repair in repairs[-400:]:
        for step in repair.steps:
            if step.subject in machines:
                schemas, table = machines[step.subject]
                names = {row["schema"] for row in table if row["action"] == step.action}
                values = {name: 1 if name.endswith("_id") else value for name, value in step.input.items()}
                assert [deserialize(schemas[name], values) for name in names]


def test_appointments_lie_ahead(repairs):
    for repair in repairs:
        for step in repair.steps:
            if step.action == "appoint":
                assert datetime.fromisoformat(step.input["appointed_at"]) >= step.at


def test_a_request_that_waits_for_nothing_is_never_left_in_progress(repairs):
    for repair in repairs:
        if repair.final_state == "in_progress" and repair.joined_task is None:
            assert not set(repair.task_states) <= ENDED


def test_every_action_and_every_state_occurs(demo):
    repairs = list(plan(1, sites=2000, repairs=6000, ends_at=NOW).repairs())
    actions = {(step.subject, step.action) for repair in repairs for step in repair.steps}
    assert {action for subject, action in actions if subject == "repair"} == REPAIR.keys()
    assert {action for subject, action in actions if subject == "task"} == TASK.keys()
    assert {action for subject, action in actions if subject == "equipment"} == {"stop_use", "restore"}


def test_every_state_is_on_the_table_today(repairs):
    assert {repair.final_state for repair in repairs} == {
        "draft", "pending_review", "need_info", "rejected", "merged", "in_progress", "resolved", "closed", "withdrawn",
    }  # fmt: skip
    assert {state for repair in repairs for state in repair.task_states} == {
        "unallocated", "pending_accept", "accepted", "pending_reallocation", "assigned", "en_route", "on_site", "repairing",
        "on_hold", "completed", "pending_check", "rework", "followed_up", "closed", "cancelled",
    }  # fmt: skip


def test_shares_are_as_an_office_knows_them(repairs):
    severities = Counter(repair.severity for repair in repairs)
    assert severities["normal"] > severities["high"] > severities["urgent"] > 0.1 * len(repairs)
    assert 0.5 < sum(repair.final_state == "closed" for repair in repairs) / len(repairs) < 0.97
    for state, low, high in (("rejected", 0.01, 0.08), ("merged", 0.003, 0.06), ("withdrawn", 0.005, 0.06)):
        assert low < sum(repair.final_state == state for repair in repairs) / len(repairs) < high


def test_people_report_by_day_and_in_season(repairs):
    local = [repair.created_at.astimezone(ZoneInfo("Asia/Shanghai")) for repair in repairs]
    assert sum(7 <= moment.hour < 22 for moment in local) / len(local) > 0.9
    assert sum(moment.month in (5, 10) for moment in local) > 1.5 * sum(moment.month in (1, 2) for moment in local)


def test_the_office_works_in_working_hours(repairs):
    reviewed = [
        step.at.astimezone(ZoneInfo("Asia/Shanghai"))
        for repair in repairs[:1200]
        if repair.severity != "urgent"
        for step in repair.steps
        if step.action == "approve"
    ]
    assert all((8, 30) <= (moment.hour, moment.minute) <= (17, 30) and moment.weekday() < 6 for moment in reviewed)


def test_urgent_requests_are_done_sooner(repairs):
    def hours(severity):
        spans = [
            next((step.at for step in repair.steps if step.action == "resolve"), repair.created_at) - repair.created_at
            for repair in repairs[:1200]
            if repair.severity == severity and any(step.action == "resolve" for step in repair.steps)
        ]
        return sorted(spans)[len(spans) // 2]

    assert hours("urgent") < hours("high") < hours("normal") < timedelta(days=12)


def test_nobody_reports_a_piece_that_is_being_repaired_unless_as_a_duplicate(repairs):
    until = {}
    for repair in repairs:
        twice = {step.action for step in repair.steps} & {"merge", "unmerge"} or repair.joined_task
        if not twice and repair.equipment in until:
            assert repair.created_at >= until[repair.equipment], repair.key
        if not twice and repair.steps:
            until[repair.equipment] = repair.steps[-1].at


def test_a_piece_is_reported_only_after_it_was_installed(sites, repairs):
    installed = {piece.key: piece.installed_on for site in sites for piece in site.equipment}
    assert all(installed[repair.equipment] <= repair.created_at.date() for repair in repairs)


def test_who_repeats_another_request_names_one_that_is_being_worked_on(repairs):
    by_key = {repair.key: repair for repair in repairs}
    by_task = {task: repair for repair in repairs for task in repair.tasks}
    named = 0
    for repair in repairs:
        for step in repair.steps:
            other = by_key.get(step.input.get("target_id")) or by_task.get(step.input.get("task_id"))
            if other is None:
                continue
            named += 1
            assert other.key != repair.key
            assert other.equipment == repair.equipment
            assert any(done.action == "approve" and done.at < step.at for done in other.steps)
            assert not any(done.action == "resolve" and done.at < step.at for done in other.steps)
    assert named > 10


def test_who_joined_a_task_is_resolved_with_it(repairs):
    by_task = {task: repair for repair in repairs for task in repair.tasks}
    joined = [repair for repair in repairs if repair.joined_task and repair.final_state != "in_progress"]
    assert joined
    for repair in joined:
        resolved = next(step.at for step in repair.steps if step.action == "resolve")
        assert resolved in [step.at for step in by_task[repair.joined_task].steps if step.action == "resolve"]


def test_a_timeline_is_in_order_and_only_for_small_plans(demo):
    timeline = demo.timeline()
    assert [at for at, _, _ in timeline] == sorted(at for at, _, _ in timeline)
    with pytest.raises(ValueError, match="stream"):
        plan(1, sites=10_000, repairs=TIMELINE_LIMIT + 1, ends_at=NOW).timeline()


@pytest.mark.parametrize("repairs", [0, 1, 3, 5])
def test_tiny_plans_work(repairs):
    deployment = plan(1, sites=2, repairs=repairs, ends_at=NOW)
    assert len(list(deployment.repairs())) == repairs


def test_more_requests_than_the_equipment_can_have_are_refused():
    with pytest.raises(ValueError, match="plan more sites"):
        list(plan(1, sites=1, repairs=2000, ends_at=NOW).repairs())


@pytest.mark.parametrize(
    "wrong",
    [{"sites": 0}, {"repairs": -1}, {"years": 0}, {"equipment_per_site": 0}, {"ends_at": datetime(2026, 1, 1)}],  # noqa: DTZ001
)
def test_a_plan_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"takes at least|time zone"):
        plan(1, **({"sites": 10, "repairs": 10, "ends_at": NOW} | wrong))


def test_the_history_is_streamed():
    endless = plan(1, sites=1_000_000, repairs=1_000_000, ends_at=NOW)
    assert len(list(islice(endless.repairs(), 20))) == 20
    assert len(list(islice(endless.sites(), 20))) == 20
