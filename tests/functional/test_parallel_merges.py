"""Two people merge the same records at the same moment, or one merges while another adds to what goes: nothing is lost."""

import uuid
from collections import Counter
from functools import partial

import pytest
import requests
from sqlalchemy import func, select

from shuhua_core.archives.models import Customer
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.merged import MergedRecord
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site
from tests.functional.live import at_once, serving


@pytest.fixture
def post(app, as_):
    """Sends a request over the network, as the dispatcher unless somebody else is named."""
    with serving(app) as url:

        def send(path, body, login="dispatcher"):
            headers = {"Authorization": f"Bearer {as_(login).token}", "Idempotency-Key": str(uuid.uuid4())}
            return requests.post(f"{url}/api/v1{path}", json=body, headers=headers, timeout=60)

        yield send


@pytest.mark.parametrize("name", ["customers", "sites"])
def test_of_sixteen_who_merge_a_pair_both_ways_round_exactly_one_wins(post, deployment, world, name):
    records = {"customers": world.customers, "sites": world.sites}[name]
    one, two = records["one"].id, records["two"].id
    pairs = [(one, two), (two, one)] * 8
    answers = at_once([partial(post, f"/{name}/{keep}/merge", {"merged_id": gone}) for keep, gone in pairs])
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: 1, 409: 15}
    model = {"customers": Customer, "sites": Site}[name]
    with deployment.database.read() as session:
        left = session.scalars(select(model.id).where(model.id.in_((one, two)))).all()
        pointers = session.scalars(select(MergedRecord)).all()
        told = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.event == f"{name}.merged"))
    (gone,) = {one, two} - set(left)
    assert [(each.record_id, each.merged_into_id) for each in pointers] == [(gone, left[0])]
    assert told == 1


def test_what_is_reported_while_a_site_is_merged_hangs_on_the_one_that_stays(post, deployment, world):
    """Or is refused to be sent again: never on one that is gone."""
    one, two = world.sites["one"].id, world.sites["two"].id
    report = {"symptom": "松动", "site_id": two}
    calls = [partial(post, "/repairs", report, login="inspector")] * 8
    calls.insert(4, partial(post, f"/sites/{one}/merge", {"merged_id": two}))
    answers = at_once(calls)
    merged = answers.pop(4)
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert merged.status_code in {200, 409}
    with deployment.database.read() as session:
        reported = session.scalars(select(RepairRequest.site_id)).all()
        pieces = session.scalars(select(Equipment.site_id).where(Equipment.site_id.in_((one, two)))).all()
    stays = {one} if merged.status_code == 200 else {two}
    assert set(reported) <= stays
    assert len(reported) == sum(answer.status_code == 201 for answer in answers)
    assert len(pieces) == 4
