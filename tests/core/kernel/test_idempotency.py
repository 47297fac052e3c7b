import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from shuhua_core.kernel import idempotency
from shuhua_core.kernel.errors import KeyInFlight, KeyReused
from shuhua_core.kernel.idempotency import KEPT_FOR, Answer, StoredAnswer, fingerprint
from shuhua_core.kernel.numbering import NumberSeries

KEY = "6f1c1f0e-3f0b-4b59-9a6e-2f4c1a5d7e10"
PRINT = fingerprint("POST", "/api/v1/repairs", b"{}")


def carry_out(deployment, space="user:1", key=KEY, request=PRINT, before_commit=lambda: None):
    """What a request does: claim, change something, store the answer."""
    with deployment.database.write() as session:
        stored = idempotency.claim(session, space, key, request)
        if stored is not None:
            return stored
        count = session.scalar(select(func.count()).select_from(NumberSeries))
        session.add(NumberSeries(series=f"effect {count + 1}", next=1))
        answer = Answer(201, {"id": count + 1}, "/api/v1/repairs/1")
        idempotency.store(session, space, key, request, answer, deployment.clock.now())
        before_commit()
        return answer


def effects(deployment):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(NumberSeries))


def test_the_second_request_is_given_the_first_answer(deployment):
    first, second = carry_out(deployment), carry_out(deployment)
    assert (second.status, second.body, second.location) == (first.status, first.body, first.location)
    assert second.replayed
    assert not first.replayed
    assert effects(deployment) == 1


def test_the_same_key_with_another_body_is_refused(deployment):
    carry_out(deployment)
    with pytest.raises(KeyReused):
        carry_out(deployment, request=fingerprint("POST", "/api/v1/repairs", b'{"a": 1}'))
    assert effects(deployment) == 1


def test_each_user_has_a_key_space_of_their_own(deployment):
    carry_out(deployment)
    assert not carry_out(deployment, space="user:2").replayed
    assert effects(deployment) == 2


def test_a_key_whose_request_failed_is_free_again(deployment):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        carry_out(deployment, before_commit=fail)
    assert not carry_out(deployment).replayed


def test_many_at_once_have_one_effect(deployment):
    def attempt(_number):
        try:
            return carry_out(deployment)
        except KeyInFlight:
            return None

    with ThreadPoolExecutor(16) as pool:
        answers = [answer for answer in pool.map(attempt, range(64)) if answer is not None]
    assert effects(deployment) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert {answer.body["id"] for answer in answers} == {1}


@pytest.mark.postgres
def test_while_the_first_runs_the_second_is_told_so_at_once(deployment):
    running, go_on = threading.Event(), threading.Event()

    def hold():
        running.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(carry_out, deployment, before_commit=hold)
        assert running.wait(10)
        with pytest.raises(KeyInFlight) as refused:
            carry_out(deployment)
        go_on.set()
        first.result()
    assert refused.value.details == {"retry_after": 1}
    assert carry_out(deployment).replayed


@pytest.mark.sqlite
def test_while_the_first_runs_the_second_waits_and_is_given_its_answer(deployment):
    running, go_on = threading.Event(), threading.Event()

    def hold():
        running.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(carry_out, deployment, before_commit=hold)
        assert running.wait(10)
        second = pool.submit(carry_out, deployment)
        go_on.set()
        assert second.result().replayed
        assert not first.result().replayed


def test_the_unique_key_itself_rules_out_a_twin(deployment):
    carry_out(deployment)
    with pytest.raises(IntegrityError), deployment.database.write() as session:
        idempotency.store(session, "user:1", KEY, PRINT, Answer(201, {}), deployment.clock.now())


def test_old_answers_are_forgotten(deployment):
    carry_out(deployment)
    with deployment.database.write() as session:
        assert idempotency.sweep(session, deployment.clock.now()) == 0
        assert idempotency.sweep(session, deployment.clock.now() + KEPT_FOR + timedelta(seconds=1)) == 1
        assert session.scalars(select(StoredAnswer)).all() == []
