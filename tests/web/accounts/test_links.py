"""Invitations, forgotten passwords, first passwords that have to be changed: links work once and say nothing about anybody."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from shuhua_core.accounts.link_delivery import retry, send_links, sweep
from shuhua_core.accounts.models import AccountLink, User
from shuhua_core.plugins.contracts import TemporaryFailure
from shuhua_core.testing.world import PASSWORD

NEW = "a quite new long password"


class Channels:
    """Stands for the worker's plugins: keeps what is sent."""

    def __init__(self, fails=False):
        self.sent, self.fails = [], fails

    def accepts(self, _channel, _notice):
        return True

    def send(self, channel, notice):
        if self.fails:
            raise TemporaryFailure("the provider is away")
        self.sent.append((channel, notice))


def made_link(browser, user_id):
    form = browser.get(f"/users/{user_id}/link").forms["form-linkschema"]
    page = form.submit(status=200)
    return re.search(r'value="(http[^"]+/account/[^"]+)"', page.text)[1]


def choose(visitor, path, password=NEW, again=None, **options):
    form = visitor.get(path, **options).forms["form-chosenpasswordschema"]
    form["new"], form["again"] = password, again or password
    return form.submit(expect_errors=True)


def sign_in(browser, login, password):
    form = browser.get("/sign-in").forms["form-signinschema"]
    form["login"], form["password"] = login, password
    return form.submit(expect_errors=True)


def ask(visitor, login):
    form = visitor.get("/password/forgotten").forms["form-forgottenschema"]
    form["login"] = login
    return form.submit(expect_errors=True)


def path_of(address, deployment):
    assert address.startswith(deployment.settings.origin + "/account/")
    return address.removeprefix(deployment.settings.origin)


def test_an_invited_user_chooses_a_password_once_and_signs_in(as_, visitor, deployment):
    browser = as_("administrator").office
    form = browser.get("/users/new").forms["form-newuserschema"]
    form["login"], form["name"] = "newcomer", "新人甲"
    form["organisation_id"] = form["organisation_id"].options[1][0]
    user_id = form.submit(status=303).location.rpartition("/")[2]
    path = path_of(made_link(browser, user_id), deployment)
    assert "newcomer" in visitor.get(path)
    assert choose(visitor, path, NEW, "another one entirely").status_int == 422
    assert choose(visitor, path, "short").status_int == 422
    assert choose(visitor, path).status_int == 303
    visitor.get(path, status=404)
    assert sign_in(visitor, "newcomer", NEW).status_int == 303
    visitor.get("/", status=200)


def test_a_link_by_an_administrator_ends_all_sessions_and_earlier_links(as_, visitor, world, deployment):
    browser, victim = as_("administrator").office, as_("repairer")
    first = path_of(made_link(browser, world.users["repairer"]), deployment)
    second = path_of(made_link(browser, world.users["repairer"]), deployment)
    visitor.get(first, status=404)
    choose(visitor, second)
    victim.office.get("/", status=303)
    assert victim.api.get("/session").status_int == 401
    assert sign_in(visitor, "repairer", PASSWORD).status_int == 422


def test_a_link_is_over_after_thirty_minutes_and_keeps_no_token(as_, visitor, world, deployment, clock):
    path = path_of(made_link(as_("administrator").office, world.users["repairer"]), deployment)
    token = path.rpartition("/")[2]
    assert len(token) >= 43  # 256 bits
    with deployment.database.read() as session:
        assert token not in str([vars(link) for link in session.scalars(select(AccountLink))])
    clock.set(clock.now() + timedelta(minutes=31))
    visitor.get(path, status=404)


def test_two_uses_at_once_count_once(as_, visitor, world, deployment):
    from shuhua_core.accounts.links import use_link
    from shuhua_core.kernel.errors import NotFound

    token = made_link(as_("administrator").office, world.users["repairer"]).rpartition("/")[2]
    use_link(deployment, token, NEW)
    with pytest.raises(NotFound):
        use_link(deployment, token, "and another long password")


def test_asking_for_a_reset_says_the_same_of_everybody(visitor, deployment, world):
    with deployment.database.write() as session:
        session.get(User, world.users["reviewer"]).active = False
    answers = {login: ask(visitor, login) for login in ("repairer", "nobody at all", "reviewer", "РЕРАIRЕR")}
    texts = {login: re.search(r"<main.*?</main>", answer.text, re.DOTALL)[0] for login, answer in answers.items()}
    assert {answer.status_int for answer in answers.values()} == {202}
    assert len({text.replace(login, "") for login, text in texts.items()}) == 1
    channels = Channels()
    send_links(deployment, channels, ["email"])
    assert [notice.recipient.name for _channel, notice in channels.sent] == ["测试·repairer"]


def test_asking_sends_the_same_statements_for_everybody(app, visitor, deployment, count_requests_sql):
    ask(visitor, "warm up")
    counts = []
    for login in ("repairer", "nobody"):
        form = visitor.get("/password/forgotten").forms["form-forgottenschema"]
        form["login"] = login
        with count_requests_sql() as sql:
            form.submit(status=202)
        counts.append(sql.count)
    assert counts[0] == counts[1]


def test_a_reset_goes_by_a_personal_channel_to_the_stored_address_below_the_configured_origin(
    anonymous, visitor, deployment, world
):
    with deployment.database.write() as session:
        session.get(User, world.users["repairer"]).email = "stored@shuhua.example"
    poisoned = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert anonymous.post("/password-reset", {"login": "repairer"}, headers=poisoned).status_int == 202
    channels = Channels()
    assert send_links(deployment, channels, ["wecom_group", "email"]) == 1
    (channel, notice) = channels.sent[0]
    assert channel == "email"
    assert notice.recipient.email == "stored@shuhua.example"
    assert choose(visitor, path_of(notice.text.link, deployment)).status_int == 303
    assert send_links(deployment, channels, ["email"]) == 0


def test_what_cannot_be_sent_is_tried_again_and_given_up_visibly(visitor, deployment, clock):
    ask(visitor, "repairer")
    broken = Channels(fails=True)
    for _attempt in range(8):
        send_links(deployment, broken, ["email"])
        clock.set(clock.now() + timedelta(minutes=4))
    with deployment.database.write() as session:
        link = session.scalars(select(AccountLink)).one()
        assert link.send_at is None
        assert "the provider is away" in link.last_error
        assert not retry(session, link.id, clock.now())  # it is over meanwhile
    clock.set(clock.now() + timedelta(days=40))
    sweep(deployment)
    with deployment.database.read() as session:
        assert session.scalars(select(AccountLink)).all() == []


def test_the_reset_of_the_api_answers_alike_and_is_limited(anonymous):
    answers = [anonymous.post("/password-reset", {"login": login}) for login in ("repairer", "nobody")]
    assert [(each.status_int, each.json) for each in answers] == [(202, {"asked": True})] * 2
    assert anonymous.post("/password-reset", {"login": ["repairer", "other"]}).status_int == 422
    statuses = [anonymous.post("/password-reset", {"login": "nobody"}).status_int for _each in range(6)]
    assert statuses[-1] == 429


def test_a_password_that_somebody_else_chose_opens_nothing_but_its_change(as_, visitor, anonymous, world):
    browser = as_("administrator").office
    form = browser.get(f"/users/{world.users['leader']}/password").forms["form-newpasswordschema"]
    form["password"] = "handed over by hand"
    form.submit(status=303)
    assert sign_in(visitor, "leader", "handed over by hand").status_int == 303
    assert visitor.get("/repairs", status=303).location.endswith("/password")
    refused = anonymous.post("/session", {"login": "leader", "password": "handed over by hand"})
    assert (refused.status_int, refused.json["code"]) == (403, "password_change_required")
    form = visitor.get("/password").forms["form-changepasswordschema"]
    form["old"] = form["new"] = form["again"] = "handed over by hand"
    form = form.submit(status=422).forms["form-changepasswordschema"]
    form["old"], form["new"], form["again"] = "handed over by hand", NEW, NEW
    form.submit(status=303)
    visitor.get("/repairs", status=200)
    assert anonymous.post("/session", {"login": "leader", "password": NEW}).status_int == 201


def test_a_phone_that_is_signed_in_meets_the_same_demand(as_, deployment, world):
    person = as_("leader")
    with deployment.database.write() as session:
        session.get(User, person.user_id).must_change_password = True
    assert person.api.get("/tasks").json["code"] == "password_change_required"
    assert person.api.get("/session").status_int == 200
