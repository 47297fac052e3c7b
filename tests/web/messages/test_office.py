"""The inbox in the office."""

from __future__ import annotations

from sqlalchemy import select

from shuhua_core.messages import audience
from shuhua_core.messages.models import Message
from shuhua_core.quotations.service import QuotationService
from shuhua_core.tasks.models import Task
from shuhua_web.messages.views import RECORDS


def badge(page):
    return page.html.select_one('.office-menu a[href="/messages"] .badge')


def test_unread_messages_are_counted_in_the_menu_and_stand_out_in_the_list(browser, told):
    page = browser("agent_manager").get("/messages")
    assert badge(page).text == "1"
    assert "was allocated to you" in page.html.select_one("tr.grid-unread").text
    assert badge(browser("agent_manager_2").get("/messages")) is None


def test_opening_a_message_marks_it_read_and_leads_to_the_record(browser, told):
    office = browser("agent_manager")
    link = office.get("/messages").html.select_one("td a")["href"]
    answer = office.get(link, status=303)
    assert answer.location.endswith(f"/tasks/{told}")
    page = office.get("/messages")
    assert badge(page) is None
    assert not page.html.select("tr.grid-unread")


def test_a_message_about_what_one_no_longer_has_is_shown_itself(browser, told, past, work):
    with past() as flow:
        flow.task("dispatcher", flow.ctx.session.get_one(Task, told), "recall", reason="改派")
    work()
    office = browser("agent_manager")
    page = office.get(office.get("/messages").html.select_one("td a")["href"], status=200)
    assert "was recalled" in page
    assert "测试公园" in page
    assert "no longer in your hands" in page


def test_a_message_of_somebody_else_is_not_found_and_stays_unread(browser, told, deployment):
    with deployment.database.read() as session:
        message = session.scalars(select(Message).where(Message.notice == "allocated")).one()
    browser("agent_manager_2").get(f"/messages/{message.id}", status=404)
    with deployment.database.read() as session:
        assert session.get_one(Message, message.id).read_at is None


def test_all_are_marked_as_read_at_once(browser, told):
    office = browser("dispatcher")
    page = office.get("/messages")
    assert badge(page) is not None
    form = next(form for form in page.forms.values() if form.action == "/messages/read")
    after = form.submit(status=303).follow()
    assert "1 messages were marked as read." in after
    assert badge(after) is None
    assert "/messages/read" not in after
    assert badge(browser("agent_manager").get("/messages")) is not None


def test_all_that_people_are_told_of_has_a_page_in_the_office():
    assert {*RECORDS, "article"} == set(audience.RECORDS)


def test_a_message_about_a_quotation_leads_to_it(browser, past, work):
    with past() as flow:
        task = flow.to_assigned(flow.approve(flow.report(), in_warranty=False))
        quotations = QuotationService(flow.context("agent_manager"))
        made = quotations.create(
            task.id, {"lines": [{"kind": "labour", "text": "上门维修", "quantity": "1", "unit_price": "120.00"}]}
        )
        quotations.act(made.id, "send")
        QuotationService(flow.context("customer")).act(made.id, "accept")
        quotation_id = made.id
    work()
    office = browser("agent_manager")
    row = next(each for each in office.get("/messages").html.select("tr.grid-unread") if "has accepted quotation" in each.text)
    assert office.get(row.select_one("a")["href"], status=303).location.endswith(f"/quotations/{quotation_id}")
