"""The same request twice has one effect and one answer."""

import hashlib
import secrets
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.idempotency import StoredAnswer
from tests.web.client import ApiClient
from tests.web.sample import ROOMS

KEY = "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"


@pytest.fixture
def rooms():
    return ROOMS


def count_samples(deployment):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).where(ProductModel.number.like("X%")))


def test_the_second_is_given_the_first_answer(as_, deployment):
    client = as_("dispatcher").api
    first = client.post("/samples", {"number": "X1"}, key=KEY, status=201)
    again = client.post("/samples", {"number": "X1"}, key=KEY, status=201)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_samples(deployment) == 1


def test_white_space_and_order_do_not_make_another_body(as_, deployment):
    person = as_("dispatcher")
    person.api.post("/samples", {"number": "X1", "name": "x"}, key=KEY, status=201)
    headers = {**person.api.headers, "Idempotency-Key": KEY, "Content-Type": "application/json; charset=utf-8"}
    again = person.api.app.post("/api/v1/samples", b'{"name" : "x",  "number":"X1"}', headers=headers, status=201)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(as_, deployment):
    client = as_("dispatcher").api
    client.post("/samples", {"number": "X1"}, key=KEY, status=201)
    answer = client.post("/samples", {"number": "X2"}, key=KEY, status=422)
    assert answer.json["code"] == "key_reused"
    assert count_samples(deployment) == 1


def test_the_same_key_of_somebody_else_is_another_key(as_, deployment):
    as_("dispatcher").api.post("/samples", {"number": "X1"}, key=KEY, status=201)
    answer = as_("reviewer").api.post("/samples", {"number": "X2"}, key=KEY, status=201)
    assert answer.json["number"] == "X2"


def test_a_refused_request_leaves_its_key_free(as_, deployment):
    client = as_("dispatcher").api
    client.post("/samples", {"number": "X1", "fail": "conflict"}, key=KEY, status=409)
    client.post("/samples", {"number": "X1"}, key=KEY, status=201)
    assert count_samples(deployment) == 1


@pytest.mark.parametrize(
    "key", ["", "1", "not-a-uuid", "0d3a1c7e6a554b0c9a5e3f1f6c1d2e3f", "{0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f}"]
)
def test_a_key_must_be_a_uuid(as_, key):
    answer = as_("dispatcher").api.post("/samples", {"number": "X1"}, headers={"Idempotency-Key": key}, status=400)
    assert answer.json["code"] == "key_missing"


@pytest.mark.parametrize("space", [None, "short", "x" * 129, "with spaces and so on, but long enough"])
def test_without_signing_in_a_key_space_is_needed(app, space):
    answer = ApiClient(app, space=space).post("/samples", {"number": "X1"}, status=400)
    assert answer.json["code"] == "key_missing"
    assert "Idempotency-Space" in answer.json["detail"]


def test_strangers_do_not_share_keys(app, deployment):
    for number in ("X1", "X2"):
        ApiClient(app, space=secrets.token_urlsafe(32)).post("/samples", {"number": number}, key=KEY, status=201)
    assert count_samples(deployment) == 2


def test_a_secret_is_sent_again_without_being_stored(anonymous, deployment):
    first = anonymous.post("/samples", {"number": "X1"}, key=KEY, status=201)
    token = first.json["status_token"]
    assert len(token) >= 43
    again = anonymous.post("/samples", {"number": "X1"}, key=KEY, status=201)
    assert again.json["status_token"] == token
    with deployment.database.read() as session:
        stored = session.scalars(select(StoredAnswer)).one()
    assert token not in str(stored.body)
    assert anonymous.headers["Idempotency-Space"] not in stored.space
    assert hashlib.sha256(anonymous.headers["Idempotency-Space"].encode()).hexdigest() in stored.space


def test_secrets_differ_by_key_and_by_client(app, anonymous):
    other = ApiClient(app, space=secrets.token_urlsafe(32))
    answers = [
        anonymous.post("/samples", {"number": "X1"}, key=KEY),
        anonymous.post("/samples", {"number": "X2"}),
        other.post("/samples", {"number": "X3"}, key=KEY),
    ]
    assert len({answer.json["status_token"] for answer in answers}) == 3


def test_who_has_signed_in_gets_no_secret(as_):
    client = as_("dispatcher").api
    assert client.post("/samples", {"number": "X1"}, key=KEY).json["status_token"] is None
    assert client.post("/samples", {"number": "X1"}, key=KEY).json["status_token"] is None


def test_64_at_once_make_one_record(app, as_, deployment):
    token, key = as_("dispatcher").token, str(uuid.uuid4())

    def post(_index):
        return ApiClient(app, token).post("/samples", {"number": "X1"}, key=key)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, range(64)))
    assert count_samples(deployment) == 1
    assert {answer.status_int for answer in answers} <= {201, 409}
    assert {answer.json["id"] for answer in answers if answer.status_int == 201}.__len__() == 1
    assert {answer.json["code"] for answer in answers if answer.status_int == 409} <= {"key_in_flight"}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers if answer.status_int == 201) == 1
