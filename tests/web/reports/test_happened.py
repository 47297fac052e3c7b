"""What happened with a customer's things, and where a site lies, stands on their pages; each sends as few statements always."""

import pytest

from tests.web.work import flow_in, in_english


@pytest.fixture
def browser(as_):
    return in_english(as_)


@pytest.fixture
def past(deployment, world):
    """On site one of customer one: a completed task, and an open request."""
    with flow_in(deployment, world) as flow:
        flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="松动"))))
        flow.report(symptom="踏板断裂", piece="one_2")


def sections(page):
    """Heading -> rows of each short list, as text."""
    return {
        each.h2.get_text(): [row.get_text(" ", strip=True) for row in each.select("tbody tr")]
        for each in page.html.select("section.card")
    }


def later(office, path):
    return office.get(office.get(path, status=200).html.select_one("[hx-trigger=load]")["hx-get"], status=200)


def test_a_customers_page_tells_everything(browser, world, past):
    """Sites, pieces, requests, tasks, follow-ups, value of projects, contacts (R79)."""
    office, path = browser("call_centre"), f"/customers/{world.customers['one'].id}"
    found = sections(office.get(path)) | sections(later(office, path))
    assert found["Projects"] == ["GC1 测试工程"]
    assert found["Installation points"] == ["AZ1 测试公园"]
    assert len(found["Equipment"]) == 2
    assert [row.split()[1] for row in found["Repair requests"]] == ["踏板断裂", "松动"]
    assert len(found["Tasks"]) == len(found["Follow-ups"]) == 1
    assert "Contacts" in found
    assert "Value of projects" in later(office, path)


def test_a_sites_page_has_its_pieces_its_map_and_its_history(browser, world, past):
    office, path = browser("dispatcher"), f"/sites/{world.sites['one'].id}"
    assert "CP1-1" in office.get(path)
    page = later(office, path)
    west, south, east, north = map(float, page.html.select_one("[data-map]")["data-bounds"].split(","))
    assert west < 118.575 < east
    assert south < 24.807 < north
    found = sections(page)
    assert any("→" in row for row in found["Changes"])


def test_what_was_changed_of_a_site_is_told_by_field_and_not_by_value(browser, world):
    office, path = browser("dispatcher"), f"/sites/{world.sites['one'].id}"
    form = office.get(f"{path}/edit").forms["form-sitepatch"]
    form["contact_name"], form["phone"], form["note"] = "王测试", "139 0000 0077", "一句备注"
    form.submit(status=303)
    (row, *_older) = sections(later(office, path))["Changes"]
    for shown in ("Contact", "Phone", "Note", "测试·dispatcher"):
        assert shown in row
    for hidden in ("王测试", "0077", "一句备注"):
        assert hidden not in row


def test_who_may_not_change_a_site_sees_no_names_of_those_who_did(browser, world):
    office, path = browser("host_unit"), f"/sites/{world.sites['one'].id}"
    assert "Changes" not in sections(later(office, path))


def test_a_model_tells_how_many_pieces_are_in_which_state(browser, world, past):
    page = browser("dispatcher").get(f"/models/{world.pieces['one_1'].model_id}")
    assert sum(int(row.split()[-1]) for row in sections(page)["Equipment"]) == 4


@pytest.mark.parametrize("name", ["customers", "sites", "models", "projects"])
def test_pages_send_as_many_statements_whatever_stands_on_them(browser, deployment, world, count_requests_sql, name):
    ids = {
        "customers": world.customers["one"].id,
        "sites": world.sites["one"].id,
        "models": world.pieces["one_1"].model_id,
        "projects": world.sites["one"].project_id,
    }
    office, counts = browser("dispatcher"), []
    paths = [f"/{name}/{ids[name]}"]
    if name in {"customers", "sites"}:
        paths.append(office.get(paths[0]).html.select_one("[hx-trigger=load]")["hx-get"])
    for _turn in range(2):
        with flow_in(deployment, world) as flow:
            flow.to_completed(flow.to_assigned(flow.approve(flow.report())))
            for _more in range(3):
                flow.report(piece="one_2")
        for path in paths:
            office.get(path)
        with count_requests_sql() as sql:
            for path in paths:
                office.get(path, status=200)
        counts.append(sql.count)
    assert counts[0] == counts[1]
    assert counts[1] < 60
