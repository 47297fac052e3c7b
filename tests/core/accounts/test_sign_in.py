from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from shuhua_core.accounts import attempts, passwords, sessions
from shuhua_core.accounts.models import LoginSession, SignInCounter, User
from shuhua_core.accounts.sign_in import change_password, sign_in
from shuhua_core.accounts.users import UserService
from shuhua_core.audit.models import AuditEntry, SecurityEntry
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.errors import Invalid, SignInFailed, TooMany
from shuhua_core.testing.factories import accounts
from shuhua_core.testing.sql import SqlCounter

PASSWORD = "correct horse battery"
HERE = "192.0.2.7"


@pytest.fixture
def user_id(deployment):
    with deployment.database.write() as session:
        user = accounts.user(session, "dispatcher", login="li.si", password_hash=passwords.hash_password(PASSWORD))
        return user.id


def enter(deployment, password=PASSWORD, login="li.si", address=HERE, **options):
    return sign_in(deployment, login, password, address=address, **options)


def resolved(deployment, token):
    with deployment.database.read() as session:
        return sessions.resolve(session, token, deployment.clock.now())


def later(deployment, delta):
    deployment.clock.set(deployment.clock.now() + delta)


def security(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(SecurityEntry).order_by(SecurityEntry.id)).all()


def test_the_right_password_opens_a_session(deployment, user_id):
    opened = enter(deployment, login=" LI.si ")
    found = resolved(deployment, opened.token)
    assert found.actor.user_id == user_id
    assert found.actor.may("tasks.allocate")
    assert found.csrf_token == opened.csrf_token != opened.token


def test_no_token_is_stored(deployment, user_id):
    token = enter(deployment).token
    with deployment.database.read() as session:
        stored = session.scalars(select(LoginSession)).one()
        assert stored.token_hash != token
        assert len(token) >= 43
        audit = session.scalars(select(AuditEntry).where(AuditEntry.event == "accounts.signed_in")).one()
        assert token not in str(audit.detail)


@pytest.mark.parametrize("login", ["li.si", "nobody"])
def test_a_wrong_password_and_an_unknown_login_answer_alike(deployment, user_id, login):
    with pytest.raises(SignInFailed) as refused:
        enter(deployment, "wrong password", login=login)
    assert refused.value.details == {}
    assert refused.value.message == SignInFailed().message


@pytest.mark.parametrize("login", ["li.si", "nobody", "disabled", "without"])
def test_every_attempt_hashes_once_whoever_it_is(deployment, user_id, login, monkeypatch):
    with deployment.database.write() as session:
        accounts.user(session, login="disabled", active=False, password_hash=passwords.hash_password(PASSWORD))
        accounts.user(session, login="without")
    passwords.matches(None, "warm up")
    calls = []
    verify = passwords.HASHER.verify

    class Counting:
        def verify(self, stored, password):
            calls.append(stored)
            return verify(stored, password)

        def __getattr__(self, name):
            return getattr(hasher, name)

    hasher = passwords.HASHER
    counting = Counting()
    monkeypatch.setitem(passwords._stand_ins, id(counting), passwords._stand_in())
    monkeypatch.setattr(passwords, "HASHER", counting)
    with pytest.raises(SignInFailed):
        enter(deployment, "wrong password", login=login)
    assert len(calls) == 1


def test_a_disabled_user_is_not_let_in(deployment, user_id):
    with deployment.database.write() as session:
        UserService(deployment.context(session, SYSTEM)).disable(user_id)
    with pytest.raises(SignInFailed):
        enter(deployment)


def test_a_failure_is_in_the_security_log_without_what_was_typed(deployment, user_id):
    with pytest.raises(SignInFailed):
        enter(deployment, "my secret pass", login="my-password-in-the-login-field")
    (entry,) = security(deployment)
    assert (entry.kind, entry.address, entry.actor_id) == ("sign_in.failed", HERE, None)
    with deployment.database.read() as session:
        everything = str([vars(row) for row in session.scalars(select(SignInCounter))]) + str(vars(entry))
    assert "my-password" not in everything
    assert "secret" not in everything


def test_guessing_has_to_wait_and_the_wait_ends_by_itself(deployment, user_id):
    for _attempt in range(attempts.LIMITS["login_address"]):
        with pytest.raises(SignInFailed):
            enter(deployment, "wrong password")
    for _attempt in range(3):
        with pytest.raises(TooMany) as limited:
            enter(deployment)
        assert 0 < limited.value.details["retry_after"] <= attempts.WINDOW.total_seconds()
    assert [entry.kind for entry in security(deployment)].count("sign_in.limited") == 1
    later(deployment, attempts.WINDOW)
    assert enter(deployment).token


def test_a_stranger_cannot_keep_the_owner_out(deployment, user_id):
    for _attempt in range(attempts.LIMITS["login_address"] + 3):
        with pytest.raises((SignInFailed, TooMany)):
            enter(deployment, "wrong password", address="198.51.100.1")
    assert enter(deployment).token


def test_a_login_is_guarded_against_guessers_from_everywhere(deployment, user_id, monkeypatch):
    monkeypatch.setitem(attempts.LIMITS, "login", 6)
    for number in range(6):
        with pytest.raises(SignInFailed):
            enter(deployment, "wrong password", address=f"198.51.100.{number}")
    with pytest.raises(TooMany):
        enter(deployment, "wrong password", address="198.51.100.99")


def test_an_address_that_tries_many_logins_has_to_wait(deployment, user_id, monkeypatch):
    monkeypatch.setitem(attempts.LIMITS, "address", 6)
    for number in range(6):
        with pytest.raises(SignInFailed):
            enter(deployment, "wrong password", login=f"guess{number}")
    with pytest.raises(TooMany):
        enter(deployment)
    assert enter(deployment, address="198.51.100.1").token


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("unknown", "unknown", True),
    ],
)
def test_a_network_of_one_owner_is_one_place(one, other, same):
    assert (attempts.network(one) == attempts.network(other)) is same


def test_people_who_sign_in_rightly_are_never_limited(deployment, user_id):
    for _attempt in range(attempts.LIMITS["login_address"] * 3):
        enter(deployment)
    with deployment.database.read() as session:
        assert all(counter.failures == 0 for counter in session.scalars(select(SignInCounter)))


def test_many_guesses_at_once_do_not_slip_through(deployment, user_id):
    def guess(_number):
        try:
            enter(deployment, "wrong password")
        except (SignInFailed, TooMany) as error:
            return type(error)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(guess, range(24)))
    assert found.count(SignInFailed) == attempts.LIMITS["login_address"]
    assert found.count(TooMany) == 24 - attempts.LIMITS["login_address"]


def test_the_demo_password_opens_a_demonstration_only(deployment):
    with deployment.database.write() as session:
        accounts.user(session, login="demo", password_hash=passwords.hash_password(passwords.DEMO_PASSWORD))
    with pytest.raises(SignInFailed):
        enter(deployment, passwords.DEMO_PASSWORD, login="demo")
    assert passwords.problem(passwords.DEMO_PASSWORD, demo=True) is None
    assert passwords.problem(passwords.DEMO_PASSWORD) is not None


@pytest.mark.parametrize(
    "password", ["short", "1234567890", "Password123", "aaaaaaaaaaaa", "woaini1314520", "li.si.long-login1", "x" * 201]
)
def test_a_weak_password_is_not_accepted(password):
    assert passwords.problem(password, login="li.si.long-login") is not None


def test_a_good_password_is_accepted_in_any_script():
    assert passwords.problem("correct horse battery") is None
    assert passwords.problem("我家门口有两棵枣树还有猫") is None


def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(deployment, user_id, monkeypatch):
    from argon2 import PasswordHasher

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    enter(deployment)
    with deployment.database.read() as session:
        assert not passwords.needs_rehash(session.get(User, user_id).password_hash)
    enter(deployment)


def test_an_office_session_ends_when_it_is_not_used(deployment, user_id):
    hours = timedelta(hours=deployment.settings.session_hours)
    token = enter(deployment).token
    later(deployment, hours - timedelta(minutes=1))
    found = resolved(deployment, token)
    assert found.wants_touch
    sessions.touch(deployment, found)
    later(deployment, hours - timedelta(minutes=1))
    assert resolved(deployment, token) is not None
    later(deployment, timedelta(minutes=2))
    assert resolved(deployment, token) is None


def test_a_phone_signs_in_anew_after_its_days_however_much_it_is_used(deployment, user_id):
    token = enter(deployment, kind="device", device="Phone").token
    later(deployment, timedelta(days=deployment.settings.device_days, minutes=-1))
    sessions.touch(deployment, resolved(deployment, token))
    later(deployment, timedelta(minutes=2))
    assert resolved(deployment, token) is None


def test_signing_out_ends_this_session_only(deployment, user_id):
    one, other = enter(deployment), enter(deployment)
    with deployment.database.write() as session:
        assert sessions.end_session(deployment.context(session, one.actor), one.session_id)
        assert not sessions.end_session(deployment.context(session, one.actor), one.session_id)
    assert resolved(deployment, one.token) is None
    assert resolved(deployment, other.token) is not None


def test_nobody_ends_the_session_of_somebody_else(deployment, user_id):
    mine = enter(deployment)
    with deployment.database.write() as session:
        stranger = deployment.context(session, accounts.actor(session, "dispatcher"))
        assert not sessions.end_session(stranger, mine.session_id)
    assert resolved(deployment, mine.token) is not None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 10_000])
def test_a_made_up_token_opens_nothing(deployment, user_id, token):
    assert resolved(deployment, token) is None


def test_a_changed_password_ends_all_other_sessions(deployment, user_id):
    here, elsewhere = enter(deployment), enter(deployment)
    change_password(deployment, here.actor, PASSWORD, "another good one", address=HERE, keep_session=here.session_id)
    assert resolved(deployment, here.token) is not None
    assert resolved(deployment, elsewhere.token) is None
    with pytest.raises(SignInFailed):
        enter(deployment)
    assert enter(deployment, "another good one").token


def test_a_password_is_changed_only_by_who_knows_the_present_one(deployment, user_id):
    actor = enter(deployment).actor
    with pytest.raises(Invalid) as refused:
        change_password(deployment, actor, "wrong password", "another good one", address=HERE)
    assert set(refused.value.errors) == {"old"}
    with pytest.raises(Invalid) as weak:
        change_password(deployment, actor, PASSWORD, "short", address=HERE)
    assert set(weak.value.errors) == {"new"}
    assert enter(deployment).token


def test_a_password_that_was_reset_ends_all_sessions(deployment, user_id):
    opened = enter(deployment)
    with deployment.database.write() as session:
        UserService(deployment.context(session, SYSTEM)).set_password(user_id, passwords.accepted_hash("another good one"))
    assert resolved(deployment, opened.token) is None


def test_a_session_is_resolved_in_one_statement(deployment, user_id):
    token = enter(deployment).token
    resolved(deployment, token)
    with SqlCounter(deployment.database.engine) as sql:
        resolved(deployment, token)
    assert sql.count == 1


def test_what_is_long_over_is_forgotten(deployment, user_id):
    enter(deployment)
    later(deployment, timedelta(days=60))
    with deployment.database.write() as session:
        sessions.sweep(session, deployment.clock.now())
        attempts.sweep(session, deployment.clock.now())
    with deployment.database.read() as session:
        assert session.scalars(select(LoginSession)).all() == []
        assert session.scalars(select(SignInCounter)).all() == []
