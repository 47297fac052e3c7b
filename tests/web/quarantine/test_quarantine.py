"""What a phone sends for somebody whose rights have ended: refused, kept, and decided on by a manager."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from shuhua_core.accounts.models import LoginSession, User
from shuhua_core.accounts.sessions import end_session, token_hash
from shuhua_core.accounts.users import UserService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.media.models import MediaFile
from shuhua_core.quarantine import keeping
from shuhua_core.quarantine.models import HeldRequest
from shuhua_core.tasks.models import Task
from tests.web.client import API
from tests.web.work import count, flow_in, jpeg, stored


@pytest.fixture
def task(deployment, world):
    """A task that the repairer was assigned."""
    with flow_in(deployment, world) as flow:
        return flow.to_assigned(flow.approve(flow.report())).id


def as_system(deployment, change):
    with deployment.database.write() as session:
        change(deployment.context(session, SYSTEM))


def disable(deployment, world, login="repairer"):
    as_system(deployment, lambda ctx: UserService(ctx).disable(world.users[login]))


def held_in(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(HeldRequest)).all()


def feedback(client, task, key=None, **body):
    return client.act(f"/tasks/{task}", "feedback", {"text": "备件已到", **body}, key=key)


def test_what_a_disabled_person_sends_is_refused_and_kept_once(as_, deployment, world, task):
    client, key = as_("repairer").api, str(uuid.uuid4())
    disable(deployment, world)
    for _again in range(3):
        answer = feedback(client, task, key, captured_at="2026-11-22T08:00:00Z")
        assert (answer.status_int, answer.json["code"], answer.json["state"]) == (403, "quarantined", "waiting")
    (held,) = held_in(deployment)
    assert (held.reason, held.key, held.path) == ("disabled", key, f"{API}/tasks/{task}/actions/feedback")
    assert held.body == {"text": "备件已到", "captured_at": "2026-11-22T08:00:00Z"}
    assert (held.device, held.organisation_path) == ("phone of tests", world.units["agent"].path)
    assert held.captured_at.isoformat() == "2026-11-22T08:00:00+00:00"
    assert client.get("/session").json["code"] == "not_signed_in"  # reading is refused as ever


def test_a_revoked_device_is_kept_and_one_that_signed_out_or_ran_out_is_not(as_, deployment, world, task, clock):
    person = as_("repairer")
    with deployment.database.read() as session:
        mine = session.scalars(select(LoginSession.id).where(LoginSession.token_hash == token_hash(person.token))).one()
    person.api.delete("/session", status=204)
    assert feedback(person.api, task).json["code"] == "not_signed_in"
    as_system(deployment, lambda ctx: setattr(ctx.session.get_one(LoginSession, mine), "ended_at", None))
    as_system(deployment, lambda ctx: end_session(ctx, mine, user_id=person.user_id, revoked=True))
    assert feedback(person.api, task).json["code"] == "quarantined"
    other = as_("repairer_2")
    clock.set(clock.now() + timedelta(days=100))
    assert feedback(other.api, task).json["code"] == "not_signed_in"
    assert [held.reason for held in held_in(deployment)] == ["revoked"]


def test_what_was_made_before_a_move_is_kept_for_the_unit_that_was_left(as_, deployment, world, task):
    client, unit = as_("repairer").api, world.units["agent_2"].id
    before, path = deployment.clock.now() - timedelta(hours=2), world.units["agent"].path
    with flow_in(deployment, world) as flow:
        flow.task("agent_manager", flow.ctx.session.get_one(Task, task), "unassign", reason="调动")
    as_system(deployment, lambda ctx: UserService(ctx).update(world.users["repairer"], {"organisation_id": unit}))
    later = deployment.clock.now() + timedelta(minutes=5)
    assert feedback(client, task, captured_at=later.isoformat()).json["code"] == "not_found"
    assert feedback(client, task, captured_at=before.isoformat()).json["code"] == "quarantined"
    assert [(held.reason, held.organisation_path) for held in held_in(deployment)] == [("moved", path)]


def test_a_refusal_of_somebody_who_has_their_rights_is_an_ordinary_one(as_, deployment, task):
    answer = feedback(as_("repairer_2").api, task)
    assert (answer.status_int, answer.json["code"]) == (404, "not_found")
    assert held_in(deployment) == []


def test_nothing_is_kept_without_a_key_or_beyond_the_limit(as_, deployment, world, task, monkeypatch):
    client = as_("repairer").api
    disable(deployment, world)
    assert feedback(client, task, key="none").status_int == 401
    assert feedback(client, task, text="长" * 40_000).status_int == 401
    monkeypatch.setattr(keeping, "MOST_WAITING", 2)
    codes = [feedback(client, task).json["code"] for _each in range(3)]
    assert codes == ["quarantined", "quarantined", "not_signed_in"]


def test_a_manager_carries_it_out_and_the_phone_learns_of_it(as_, deployment, world, task):
    client, manager, key = as_("repairer").api, as_("agent_manager"), str(uuid.uuid4())
    disable(deployment, world)
    feedback(client, task, key)
    (held,) = held_in(deployment)
    assert "备件已到" in manager.office.get(f"/quarantine/{held.id}", status=200)
    assert f"/quarantine/{held.id}" in manager.office.get("/quarantine", status=200)
    manager.office.post_form(f"/quarantine/{held.id}/apply", status=303)
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback")).one()
    assert (entry.actor_id, entry.detail["on_behalf_of"]) == (manager.user_id, world.users["repairer"])
    assert feedback(client, task, key).json["state"] == "applied"
    done = stored(deployment, HeldRequest, held.id)
    assert (done.state, done.location, done.decided_by_id) == ("applied", f"{API}/tasks/{task}", manager.user_id)
    manager.office.post_form(f"/quarantine/{held.id}/apply", status=303)
    with deployment.database.read() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback")).all()) == 1


def test_what_had_arrived_before_is_not_done_twice_by_a_manager_nor_by_the_phone(as_, deployment, world, task):
    client, manager, keys = as_("repairer").api, as_("agent_manager"), [str(uuid.uuid4()) for _each in range(2)]
    assert feedback(client, task, keys[0]).status_int == 200
    disable(deployment, world)
    for key in keys:  # the first answer was lost on its way
        feedback(client, task, key)
    for held in held_in(deployment):
        manager.office.post_form(f"/quarantine/{held.id}/apply", status=303)
    as_system(deployment, lambda ctx: UserService(ctx).enable(world.users["repairer"]))
    again = type(as_("repairer"))(client.app.app, deployment, "repairer").api
    assert [feedback(again, task, key).headers["Idempotency-Replayed"] for key in keys] == ["true", "true"]
    with deployment.database.read() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback")).all()) == 2


def test_what_a_manager_may_not_do_or_comes_too_late_stays_and_says_why(as_, deployment, world, task):
    client, administrator, manager = as_("repairer").api, as_("administrator").office, as_("agent_manager").office
    disable(deployment, world)
    client.act(f"/tasks/{task}", "take", {})
    (held,) = held_in(deployment)
    for office in (administrator, manager):
        page = office.post_form(f"/quarantine/{held.id}/apply", status=303).follow()
        assert "alert-danger" in page
    assert stored(deployment, HeldRequest, held.id).state == "waiting"
    assert stored(deployment, Task, task).state == "assigned"


def test_it_is_discarded_with_a_reason_only(as_, deployment, world, task):
    client, manager, key = as_("repairer").api, as_("agent_manager").office, str(uuid.uuid4())
    disable(deployment, world)
    feedback(client, task, key)
    (held,) = held_in(deployment)
    manager.post_form(f"/quarantine/{held.id}/discard", {"reason": " "}, status=422)
    manager.post_form(f"/quarantine/{held.id}/discard", {"reason": "重复"}, status=303)
    assert feedback(client, task, key).json["state"] == "discarded"
    assert "重复" in manager.get(f"/quarantine/{held.id}")


def test_files_that_it_names_are_kept_and_used_when_it_is_carried_out(as_, deployment, world, task):
    person, manager = as_("repairer"), as_("agent_manager")
    media = with_picture(person)
    disable(deployment, world)
    feedback(person.api, task, media_ids=[media])
    (held,) = held_in(deployment)
    assert stored(deployment, MediaFile, media).record_kind == "held_request"
    manager.office.post_form(f"/quarantine/{held.id}/apply", status=303)
    kept = stored(deployment, MediaFile, media)
    assert (kept.record_kind, kept.record_id) == ("task", task)


def with_picture(person):
    """The id of a picture that somebody has sent."""
    sent = person.api.app.post(f"{API}/media", upload_files=[("file", "a.jpg", jpeg())], headers=person.api.headers, status=201)
    return sent.json["id"]


def revoke(deployment, person):
    with deployment.database.read() as session:
        mine = session.scalars(select(LoginSession.id).where(LoginSession.token_hash == token_hash(person.token))).one()
    as_system(deployment, lambda ctx: end_session(ctx, mine, user_id=person.user_id, revoked=True))


@pytest.mark.parametrize("decided", ["not yet", "apply", "discard"])
def test_a_held_note_with_its_picture_is_done_once_when_its_sender_has_signed_in_again(as_, deployment, task, decided):
    person, manager, key = as_("repairer"), as_("agent_manager").office, str(uuid.uuid4())
    media = with_picture(person)
    revoke(deployment, person)
    assert feedback(person.api, task, key, media_ids=[media]).json["code"] == "quarantined"
    (held,) = held_in(deployment)
    if decided != "not yet":
        manager.post_form(f"/quarantine/{held.id}/{decided}", {"reason": "重复"}, status=303)
    again = type(person)(person.api.app.app, deployment, "repairer").api
    answers = [feedback(again, task, key, media_ids=[media]) for _each in range(2)]
    assert [answer.status_int for answer in answers] == [200, 200]
    kept = stored(deployment, MediaFile, media)
    assert (kept.record_kind, kept.record_id) == ("task", task)
    if decided == "not yet":  # and what the manager decides afterwards does it no second time
        manager.post_form(f"/quarantine/{held.id}/apply", status=303)
        assert stored(deployment, HeldRequest, held.id).state == "applied"
    with deployment.database.read() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback")).all()) == 1


def test_what_its_sender_sends_again_and_is_refused_is_theirs_to_change_and_done_once(as_, deployment, task):
    person, manager, key = as_("repairer"), as_("agent_manager").office, str(uuid.uuid4())
    media = with_picture(person)
    revoke(deployment, person)
    body = {"text": "备件已到", "media_ids": [media, 10**6]}  # one of the files is nobody's
    assert feedback(person.api, task, key, **body).json["code"] == "quarantined"
    again = type(person)(person.api.app.app, deployment, "repairer").api
    assert feedback(again, task, key, **body).status_int == 422
    (held,) = held_in(deployment)
    assert (held.state, held.decided_by_id, held.body["text"]) == ("resent", person.user_id, "备件已到")
    assert feedback(again, task, media_ids=[media]).status_int == 200  # changed, under another key
    assert "alert-danger" in manager.post_form(f"/quarantine/{held.id}/apply", status=303).follow()
    assert "本人已重新提交" in manager.get("/quarantine").text or "Sent again by its sender" in manager.get("/quarantine").text
    with deployment.database.read() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback")).all()) == 1
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.event == "quarantine.resent")).all()) == 1


def test_what_waits_for_a_manager_is_nobody_elses(as_, deployment, world, task):
    person = as_("repairer")
    media = with_picture(person)
    revoke(deployment, person)
    feedback(person.api, task, media_ids=[media])
    refused = feedback(as_("agent_manager").api, task, media_ids=[media])
    assert (refused.status_int, list(refused.json["errors"])) == (422, ["media_ids"])
    assert stored(deployment, MediaFile, media).record_kind == "held_request"


def test_a_manager_who_decides_on_many_without_looking_at_the_pages_between_is_not_stopped(as_, deployment, world, task):
    client, manager = as_("repairer").api, as_("agent_manager").office
    disable(deployment, world)
    client.act(f"/tasks/{task}", "take", {"note": "长" * 900})
    (held,) = held_in(deployment)
    for _each in range(30):
        answer = manager.post_form(f"/quarantine/{held.id}/apply", status=303)
    assert "alert-danger" in answer.follow()


def test_other_units_do_not_see_it_and_nobody_decides_on_their_own(as_, deployment, world, task):
    client = as_("repairer").api
    disable(deployment, world)
    feedback(client, task)
    (held,) = held_in(deployment)
    as_("agent_manager_2").office.get(f"/quarantine/{held.id}", status=404)
    as_("agent_manager_2").office.post_form(f"/quarantine/{held.id}/discard", {"reason": "重复"}, status=404)
    as_("repairer_2").office.get("/quarantine", status=403)
    assert count(deployment, HeldRequest) == 1


def test_a_person_who_was_erased_leaves_nothing_more(as_, deployment, world, task):
    client = as_("repairer").api
    as_system(deployment, lambda ctx: setattr(ctx.session.get_one(User, world.users["repairer"]), "erased_at", ctx.now))
    disable(deployment, world)
    assert feedback(client, task).json["code"] == "not_signed_in"


@pytest.fixture
def held_completion(as_, deployment, world, task):
    """A completion in quarantine: its id, and those of a photo from before, one from after, and the customer's signature."""
    person = as_("repairer")
    for action in ("take", "start"):
        person.api.act(f"/tasks/{task}", action, {}, status=200)
    before, after, signature = (with_picture(person) for _each in range(3))
    disable(deployment, world)
    named = {"before_media_ids": [before], "media_ids": [after], "signature_media_id": signature}
    said = {"result": "repaired", "cause": "磨损", "remedy": "更换", "customer_name": "王女士", **named}
    assert person.api.act(f"/tasks/{task}", "complete", said).json["code"] == "quarantined"
    (held,) = held_in(deployment)
    return held.id, (before, after, signature)


def seen(person, media, variant="display"):
    return person.api.get(f"/media/{media}/{variant}").status_int


def test_who_decides_sees_the_pictures_that_came_with_it_and_what_each_is_meant_to_be(as_, held_completion):
    held, files = held_completion
    for login in ("agent_manager", "dispatcher", "administrator"):
        page = as_(login).office.get(f"/quarantine/{held}", status=200)
        shown = [each["src"] for each in page.html.select(".pictures img")]
        assert shown == [f"{API}/media/{each}/thumbnail" for each in files]
        assert [each["alt"] for each in page.html.select(".pictures img")] == ["维修前照片", f"#{held} 的附件 2（照片）", "签名"]
        assert [seen(as_(login), each) for each in files] == [200, 200, 200]


def test_nobody_else_sees_them_by_any_address(as_, anonymous, held_completion):
    held, files = held_completion
    for login in ("agent_manager_2", "repairer_2", "customer", "reviewer", "call_centre", "leader", "quality_engineer"):
        for each in files:
            assert [seen(as_(login), each, variant) for variant in ("thumbnail", "display", "original")] == [404, 404, 404], login
            assert as_(login).api.get(f"/media/{each}").status_int == 404
    assert [anonymous.get(f"/media/{each}/display").status_int for each in files] == [404, 404, 404]
    assert as_("agent_manager_2").office.get(f"/quarantine/{held}", status=404)


def test_originals_of_them_go_by_the_rule_and_each_is_in_the_log(as_, deployment, held_completion):
    _held, (before, *_others) = held_completion
    assert seen(as_("agent_manager"), before, "original") == 403
    assert seen(as_("administrator"), before, "original") == 200
    with deployment.database.read() as session:
        read = session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "media", AuditEntry.record_id == before)).all()
    assert (read[-1].actor_id, read[-1].event) == (as_("administrator").user_id, "media.original_read")


@pytest.mark.parametrize("decided", ["apply", "discard"])
def test_once_it_is_decided_they_are_seen_where_they_hang_or_no_longer(as_, deployment, world, task, decided):
    person, manager = as_("repairer"), as_("agent_manager")
    media = with_picture(person)
    disable(deployment, world)
    feedback(person.api, task, media_ids=[media])
    (held,) = held_in(deployment)
    assert seen(manager, media) == 200
    manager.office.post_form(f"/quarantine/{held.id}/{decided}", {"reason": "重复"}, status=303)
    assert seen(manager, media) == {"apply": 200, "discard": 404}[decided]
    assert not manager.office.get(f"/quarantine/{held.id}").html.select(".pictures img")


def test_a_manager_whose_own_rights_ended_does_not_see_what_they_sent(as_, deployment, world, task):
    manager = as_("agent_manager")
    media = with_picture(manager)
    revoke(deployment, manager)
    assert feedback(manager.api, task, media_ids=[media]).json["code"] == "quarantined"
    again = type(manager)(manager.api.app.app, deployment, "agent_manager")
    (held,) = held_in(deployment)
    assert not again.office.get(f"/quarantine/{held.id}", status=200).html.select(".pictures img")
    assert seen(again, media) == 404
