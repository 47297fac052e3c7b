"""The whole flow over the screens as different people, each by the forms that their pages show them, on both databases."""

from types import SimpleNamespace

import pytest
from webtest import Upload

from shuhua_core import worker
from tests.web.work import act_form, in_english, jpeg

COMPLETE = {"result": "repaired", "cause": "轴承磨损", "remedy": "更换轴承"}
FOLLOW_UP = {
    "way": "phone", "repaired": "true", "response_score": "5", "manner_score": "5", "quality_score": "4", "opinion": "很好",
}  # fmt: skip


@pytest.fixture
def browser(as_):
    """People's browsers by login, in English."""
    return in_english(as_)


@pytest.fixture
def act(browser, walk):
    """``act(login, path, action, **fields)`` fills the action's form and sends it; gives the page that it leads to."""

    def send(login, path, action, *, status=303, **fields):
        walk.wait(minutes=1)
        office = browser(login)
        form = act_form(office, f"{path}/actions/{action}")
        for name, value in fields.items():
            form[name].force_value(value)
        answer = form.submit(status=status)
        return answer.follow() if status == 303 else answer

    return send


@pytest.fixture
def report(browser, world):
    """The call centre enters a request for a caller; gives the address of its page."""

    def enter(**fields):
        form = browser("call_centre").get("/repairs/intake").forms["form-intake"]
        values = {"caller_phone": "139 0000 5678", "caller_name": "李测试", "symptom": "踏板松动"}
        for name, value in {**values, "equipment_id": str(world.pieces["one_1"].id), **fields}.items():
            form[name] = value
        return form.submit(status=303).location.removeprefix("http://localhost")

    return enter


@pytest.fixture
def approve(act, browser):
    """The reviewer approves; gives the address of the task."""

    def send(repair, **fields):
        page = act("reviewer", repair, "approve", **{"severity": "urgent", "in_warranty": "true", **fields})
        return page.html.select('main a[href^="/tasks/"]')[-1]["href"].partition("?")[0]

    return send


@pytest.fixture
def assigned(act, world):
    """From a new task to one that the repairer has."""

    def send(task):
        act("dispatcher", task, "allocate", receiver=f"unit:{world.units['agent'].id}")
        act("agent_manager", task, "accept")
        return act("agent_manager", task, "assign", repairer_id=str(world.users["repairer"]))

    return send


@pytest.fixture
def desk(browser, act, report, approve, assigned):
    """All that people do here: browser, act, report, approve, assigned."""
    return SimpleNamespace(browser=browser, act=act, report=report, approve=approve, assigned=assigned)


def states(page):
    """The words of the page's heading: where the badge of the state stands."""
    return page.html.select_one("main").get_text(" ", strip=True)


def offered(page, path):
    """The actions that a record's page offers."""
    links = page.html.select(f'main a[href^="{path}/actions/"], main form[action^="{path}/actions/"]')
    return {(link.get("href") or link.get("action")).rpartition("/")[2].partition("?")[0] for link in links}


def test_a_request_from_the_call_to_the_close(desk, deployment):
    repair = desk.report()
    assert "approve" in offered(desk.browser("reviewer").get(repair), repair)
    assert "approve" not in offered(desk.browser("dispatcher").get(repair), repair)
    task = desk.approve(repair)
    desk.assigned(task)
    for action in ("take", "depart", "arrive", "start"):
        assert action in offered(desk.browser("repairer").get(task), task)
        desk.act("repairer", task, action)
    form = act_form(desk.browser("repairer"), f"{task}/actions/complete")
    for name, value in COMPLETE.items():
        form[name] = value
    form["pictures"] = [Upload("done.jpg", jpeg(), "image/jpeg")]
    done = form.submit(status=303).follow()
    assert "Completed" in states(done)
    assert done.html.select('main img[src*="/media/"]')
    desk.act("followup_clerk", task, "followup_attempt", outcome="no_answer")
    desk.act("followup_clerk", task, "follow_up", **FOLLOW_UP)
    closed = desk.act("followup_clerk", task, "close")
    assert "Closed" in states(closed)
    assert offered(closed, task) == set()
    history = states(desk.browser("dispatcher").get(task))
    for word in ("测试·agent_manager", "测试·repairer", "测试·followup_clerk", "更换轴承"):
        assert word in history, word
    worker.run_once(deployment)
    inbox = desk.browser("repairer").get("/messages", status=200)
    assert "You were assigned task" in inbox.text


@pytest.mark.parametrize(
    ("login", "action", "field", "word"),
    [
        ("reviewer", "reject", "reason", "Rejected"),
        ("reviewer", "ask_more", "question", "information"),
        ("call_centre", "answer", "answer", "Resolved"),
    ],
)
def test_a_review_without_a_task_says_why(desk, login, action, field, word):
    repair = desk.report()
    again = desk.act(login, repair, action, status=422)
    assert "required" in again.text.lower()
    page = desk.act(login, repair, action, **{field: "非本公司产品"})
    assert word.lower() in states(page).lower()
    assert "非本公司产品" in states(desk.browser("dispatcher").get(repair))


def test_supplying_merging_and_undoing_it(desk):
    target, double = desk.report(), desk.report()
    desk.act("reviewer", double, "ask_more", question="哪一侧?")
    desk.act("call_centre", double, "supply", text="左侧")
    desk.approve(target)
    page = desk.act("reviewer", double, "merge", target_id=target.rpartition("/")[2])
    assert "Merged" in states(page)
    assert "merge" not in offered(page, double)
    assert "approve" in offered(desk.act("reviewer", double, "unmerge", reason="不是同一处"), double)


def test_objection_decline_recall_hold_and_resume(desk, world):
    task = desk.approve(desk.report())
    desk.act("dispatcher", task, "allocate", receiver=f"unit:{world.units['agent_2'].id}")
    desk.act("agent_manager_2", task, "object", reason="不在责任区")
    desk.browser("agent_manager_2").get(task, status=404)
    desk.assigned(task)
    desk.act("repairer", task, "decline", reason="车坏了")
    desk.browser("repairer").get(task, status=404)
    desk.act("agent_manager", task, "assign", repairer_id=str(world.users["repairer"]))
    desk.act("repairer", task, "start")
    held = desk.act("repairer", task, "hold", hold_reason="parts")
    assert "complete" not in offered(held, task)
    assert "complete" in offered(desk.act("agent_manager", task, "resume") and desk.browser("repairer").get(task), task)
    desk.act("dispatcher", task, "recall", reason="改派厂家")
    desk.browser("agent_manager").get(task, status=404)
    page = desk.browser("dispatcher").get(task)
    assert {"allocate", "cancel"} <= offered(page, task)
    for reason in ("不在责任区", "车坏了", "改派厂家"):
        assert reason in states(page)


def test_rework_dispute_reopening_and_a_further_task(desk, walk):
    made = walk.report()
    repair = f"/repairs/{made['id']}"
    task = desk.approve(repair)
    desk.assigned(task)
    desk.act("repairer", task, "start")
    desk.act("repairer", task, "complete", **COMPLETE)
    desk.act("followup_clerk", task, "rework", reason="仍有异响")
    desk.act("repairer", task, "start")
    desk.act("repairer", task, "complete", **COMPLETE)
    desk.act("customer", repair, "dispute", reason="还是晃")
    desk.act("dispatcher", repair, "add_task", note="检查地脚螺栓")
    second = desk.browser("dispatcher").get(repair).html.select('main a[href^="/tasks/"]')[-1]["href"].partition("?")[0]
    assert second != task
    desk.act("dispatcher", second, "cancel", reason="已处理")
    desk.act("customer", repair, "confirm")
    page = desk.act("reviewer", repair, "reopen", reason="复核")
    assert "approve" in offered(page, repair)


def test_two_who_accept_by_their_pages_do_not_both_win(desk, world):
    """The second page is out of date; sending its form says so and changes nothing."""
    task = desk.approve(desk.report())
    desk.act("dispatcher", task, "allocate", receiver=f"unit:{world.units['agent'].id}")
    office = desk.browser("agent_manager")
    first, second = (act_form(office, f"{task}/actions/accept") for _page in range(2))
    first.submit(status=303)
    late = second.submit(status="*")
    assert late.status_int in {409, 422}
    assert "not possible" in late.text or "present state" in late.text


def test_a_form_that_is_sent_twice_is_carried_out_once(desk, world, as_):
    form = desk.browser("call_centre").get("/repairs/intake").forms["form-intake"]
    form["caller_phone"], form["caller_name"], form["symptom"] = "139 0000 5678", "李测试", "踏板松动"
    form["equipment_id"] = str(world.pieces["one_1"].id)
    assert form.submit(status=303).location == form.submit(status=303).location
    assert len(as_("dispatcher").api.get("/repairs", status=200).json["items"]) == 1


def test_a_phone_number_is_shown_whole_only_where_it_is_asked_for(desk):
    repair = desk.report()
    office = desk.browser("dispatcher")
    page = office.get(repair)
    assert "139****5678" in page.text
    assert "13900005678" not in page.text
    form = next(form for form in page.forms.values() if form.action.endswith("/phone"))
    assert "139" in form.submit(status=200).text
    assert desk.browser("authority").get(repair).text.count("5678") <= 1
