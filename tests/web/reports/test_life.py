"""The whole life of a piece and the history of a site, as each reader may see them."""

from __future__ import annotations

from datetime import date

import pytest

from shuhua_core.sites.models import Equipment
from tests.web.work import flow_in, in_english


@pytest.fixture
def lived(deployment, world):
    """A piece that was repaired by an agent, is reported again, and has ends ahead."""
    with flow_in(deployment, world) as flow:
        flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="松动"))))
        flow.report(symptom="踏板断裂")
        found = flow.ctx.session.get_one(Equipment, world.pieces["one_1"].id)
        found.warranty_to, found.safe_life_to = date(2026, 6, 30), date(2032, 5, 31)
    return world.pieces["one_1"].id


def entries(api, piece):
    return api.get(f"/equipment/{piece}/life", status=200).json["items"]


def test_everything_comes_in_order_from_production_to_what_is_ahead(as_, lived):
    found = entries(as_("dispatcher").api, lived)
    kinds = [each["kind"] for each in found]
    assert kinds[:3] == ["produced", "installed", "warranty_end"]
    assert kinds[-1] == "safe_life_end"
    assert [each["ahead"] for each in found] == [False] * (len(found) - 1) + [True]
    assert kinds.count("repair") == 2
    assert [each["on"] for each in found] == sorted(each["on"] for each in found)
    task = next(each for each in found if each["kind"] == "task")
    assert task["record"]["number"].startswith("RW")
    assert any(line.startswith("Result: Repaired") for line in task["details"])
    assert [each["label"] for each in found if each["kind"] == "step"] == ["Fault confirmed", "Repair started", "Repaired"]


def test_who_may_not_see_a_task_or_request_does_not_learn_of_it(as_, lived, world):
    own = [each["kind"] for each in entries(as_("agent_manager").api, lived)]
    assert "task" in own
    assert "repair" not in own  # agents read tasks, not requests
    collector = {each["kind"] for each in entries(as_("collector").api, lived)}
    assert collector.isdisjoint({"task", "repair", "inspection"})
    assert as_("agent_manager_2").api.get(f"/equipment/{lived}/life").status_int == 404


def test_another_agents_task_on_the_same_piece_stays_hidden(as_, deployment, world, lived):
    with flow_in(deployment, world) as flow:
        flow.to_assigned(
            flow.approve(flow.report(symptom="再次松动")), unit="department", manager="department_manager",
            repairer="repairer_department",
        )  # fmt: skip
    numbers = [each["record"]["number"] for each in entries(as_("agent_manager").api, lived) if each["kind"] == "task"]
    everybodys = [each["record"]["number"] for each in entries(as_("dispatcher").api, lived) if each["kind"] == "task"]
    assert (len(numbers), len(everybodys)) == (1, 2)


def test_the_statements_do_not_grow_with_the_life(as_, deployment, world, lived, count_requests_sql):
    office = as_("dispatcher").office
    address = f"/equipment/{lived}"
    office.get(address)
    with count_requests_sql() as before:
        office.get(address)
    with flow_in(deployment, world) as flow:
        for symptom in ("松动", "异响", "卡滞"):
            flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom=symptom))))
    office.get(address)
    with count_requests_sql() as after:
        office.get(address)
    assert after.count <= before.count + 1  # one more, however many: names of what is new


def test_the_page_of_a_piece_shows_it_on_screen_and_paper(as_, lived):
    page = in_english(as_)("dispatcher").get(f"/equipment/{lived}")
    assert "Whole life" in page
    assert len(page.html.select(".life li.life-repair")) == 2
    assert page.html.select_one(".life-ahead.life-safe_life_end")
    assert not page.html.select_one(".life").find_parent(class_="no-print")


def test_what_is_gone_has_no_ends_ahead(as_, deployment, world, lived):
    with flow_in(deployment, world) as flow:
        flow.ctx.session.get_one(Equipment, lived).state = "removed"
    assert not any(each["ahead"] for each in entries(as_("dispatcher").api, lived))


def test_a_site_tells_its_history_and_what_stood_there(as_, deployment, world, lived):
    with flow_in(deployment, world) as flow:
        flow.ctx.session.get_one(Equipment, world.pieces["one_2"].id).state = "removed"
    page = in_english(as_)("dispatcher").get(f"/sites/{world.sites['one'].id}")
    assert "Formerly here" in page
    assert page.html.select(".life li.life-task")
    assert page.html.select(".life li.life-site_state")
    row = in_english(as_)("dispatcher").get("/sites").html.select_one(".grid tbody tr")
    assert row is not None


def test_the_desk_counts_pieces_whose_ends_come_near(as_, deployment, world, lived):
    with flow_in(deployment, world) as flow:
        flow.ctx.session.get_one(Equipment, world.pieces["one_2"].id).safe_life_to = date(2027, 1, 31)
    page = in_english(as_)("dispatcher").get("/")
    card = next(each for each in page.html.select(".card") if "Ends that come near" in each.text)
    assert "Safe service life · Within 3 months" in card.text
    link = next(each for each in card.select("a") if "Safe service life · Within 3 months" in each.text)
    assert len(in_english(as_)("dispatcher").get(link["href"]).html.select(".grid tbody tr")) == 1
    assert "Ends that come near" not in in_english(as_)("content_editor").get("/")


def test_the_sheet_of_a_piece_prints_its_whole_life(as_, lived):
    from io import BytesIO

    from pypdf import PdfReader

    answer = in_english(as_)("dispatcher").get(f"/equipment/{lived}?paper=1")
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.body)).pages)
    assert "Produced" in text
    assert "Safe service life ends (to come)" in text
