"""What runs is what the OpenAPI document says: whatever is sent, whoever sends it, the answer is one that the document allows.

``SCHEMATHESIS_ROLES=all`` (or names, with commas) asks for more roles than the few of each run, ``SCHEMATHESIS_EXAMPLES`` for
more requests for each operation.
"""

import os
import random
import uuid

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.permissions.cells import ROLES, STRANGER

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = (STRANGER, "customer", "dispatcher", "repairer")
CHOSEN = os.environ.get("SCHEMATHESIS_ROLES", ",".join(FEW))
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
RECORDS = 12
"""Ids up to this exist of most kinds."""


@schemathesis.serializer("application/offset+octet-stream")
def pieces_of_uploads(_ctx, value):
    """tus sends bytes as they are."""
    return getattr(value, "data", value if isinstance(value, bytes) else str(value).encode())


@pytest.fixture(scope="module")
def document(house):
    """The document as the application gives it, bound to the application."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app)


def send(house, role, case, dice):
    """Call as this role: with ids that exist as a rule, a key of its own, and a session that signing out may end."""
    if "id" in (case.path_parameters or {}) and dice.random() < 0.8:
        case.path_parameters["id"] = dice.randint(1, RECORDS)
    headers = {"Accept-Language": "en"}
    if role != STRANGER:
        token = house.sign_in(role)[0] if case.operation.path == "/api/v1/session" else house.tokens[role][0]
        headers["Authorization"] = f"Bearer {token}"
    if "Idempotency-Key" in (case.headers or {}) and dice.random() < 0.8:
        headers["Idempotency-Key"] = str(uuid.UUID(int=dice.getrandbits(128)))
    return case.call(headers=headers)


def try_operation(operation, mode, call):
    """Send examples of one operation; gives how many were sent, and what was wrong or None."""
    sent = 0

    @seed(20261122)
    @settings(
        max_examples=EXAMPLES if mode is GenerationMode.POSITIVE else max(2, EXAMPLES // 2),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        nonlocal sent
        sent += 1
        case.validate_response(call(case), checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        return sent, None  # nothing about the operation can be invalid
    except Exception as error:  # noqa: BLE001 - all operations are tried before anything is said
        return sent, f"{operation.label}: {str(error)[:1500]}"
    return sent, None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize("role", ROLES if CHOSEN == "all" else CHOSEN.split(","))
@pytest.mark.timeout(900)
def test_every_answer_is_one_that_the_document_allows(house, document, role, mode):
    dice, called, wrong = random.Random(20261122), 0, []
    for result in document.get_all_operations():
        sent, problem = try_operation(result.ok(), mode, lambda case: send(house, role, case, dice))
        called += sent
        if problem is not None:
            wrong.append(problem)
    assert not wrong, "\n\n".join(wrong)
    assert called > 100
