"""Labels over the API and in the office: made, printed, bound by scanning, taken off, and found again when something is odd."""

from __future__ import annotations

import io

import pypdf


def make_blank(as_, count=3):
    """Blank labels, by the office's form; gives their codes."""
    office = as_("dispatcher").office
    form = office.get("/labels/batches").forms["form-newbatch"]
    form["count"] = str(count)
    form.submit(status=303)
    found = as_("dispatcher").api.get("/labels", state="blank", limit=100).json["items"]
    return [each["code"] for each in found]


def test_blank_labels_are_made_printed_and_bound_by_scanning(as_, world, visitor):
    codes = make_blank(as_)
    page = as_("dispatcher").office.get("/labels/batches")
    sheet = as_("dispatcher").office.get(page.html.select_one("td a")["href"])
    assert sheet.content_type == "application/pdf"
    text = pypdf.PdfReader(io.BytesIO(sheet.body)).pages[0].extract_text()
    assert all(code in text for code in codes)
    assert "not on a piece of equipment yet" in visitor.get(f"/q/{codes[0]}").text

    api = as_("collector").api
    scanned = api.get(f"/labels/{codes[0].lower()}").json
    assert (scanned["state"], scanned["equipment"]) == ("blank", None)
    piece = world.pieces["one_1"]
    site = world.sites["one"]
    position = {"longitude": site.longitude, "latitude": site.latitude, "accuracy": 5}
    body = {"equipment_id": piece.id, "position": position}
    assert set(api.act(f"/labels/{codes[0]}", "bind", body, status=422).json["errors"]) == {"reason"}
    bound = api.act(f"/labels/{codes[0]}", "bind", {**body, "reason": "旧标签破损"}, status=200).json
    assert (bound["state"], bound["equipment"]["number"], bound["site"]["id"]) == ("bound", piece.number, site.id)
    assert api.get(f"/labels/{piece.code}").json["state"] == "retired"
    assert "no longer valid" in visitor.get(f"/q/{piece.code}").text
    assert api.get(f"/equipment/{piece.id}").json["code"] == codes[0]
    assert visitor.get(f"/q/{codes[0]}", status=200).forms["report"]

    assert api.act(f"/labels/{codes[0]}", "bind", {"equipment_id": world.pieces["one_2"].id}, status=409).json["state"] == "bound"
    api.act(f"/labels/{codes[0]}", "unbind", {"reason": "贴错了"}, status=200)
    assert api.get(f"/equipment/{piece.id}").json["code"] is None


def test_what_should_be_looked_at_is_listed(as_, world, visitor):
    codes = make_blank(as_)
    dispatcher = as_("dispatcher")
    site, pieces = world.sites["one"], (world.pieces["one_1"], world.pieces["one_2"])
    for code, piece in zip(codes, pieces, strict=False):
        dispatcher.api.act(f"/labels/{code}", "bind", {"equipment_id": piece.id, "reason": "更换"}, status=200)
    visitor.get(f"/q/{codes[0]}")
    dispatcher.api.get(f"/labels/{codes[1]}", near=f"{site.longitude + 0.1:.5f},{site.latitude:.5f}")

    def listed(**flag):
        return {each["code"] for each in dispatcher.api.get("/labels", **flag).json["items"]}

    assert listed(far="true") == {codes[1]}
    assert codes[0] not in listed(never="true")
    assert set(codes[:2]) <= listed(twice="true")
    assert codes[2] in listed(state="blank")
    assert dispatcher.api.get("/labels", q=codes[0]).json["items"][0]["scans"] == 1
    assert codes[1] in dispatcher.office.get("/labels?far=true").text


def test_what_should_be_looked_at_stands_on_one_page_with_a_constant_number_of_statements(as_, world, count_requests_sql):
    office, pieces = as_("dispatcher").office, (world.pieces["one_1"], world.pieces["one_2"])
    assert office.get("/labels/check").text.count("没有。") == 4
    codes = make_blank(as_, 4)
    with count_requests_sql() as few:
        office.get("/labels/check")
    for code, piece in zip(codes, pieces, strict=False):
        as_("dispatcher").api.act(f"/labels/{code}", "bind", {"equipment_id": piece.id, "reason": "更换"}, status=200)
    with count_requests_sql() as more:
        page = office.get("/labels/check")
    assert few.count == more.count
    facts = page.html.select_one(".card-body").text
    tables = {card.h2.text: card for card in page.html.select("section.card")}
    assert set(codes[2:]) == {link.text for link in tables["尚未绑定器材"].select("td a")}
    assert set(codes[:2]) <= {link.text for link in tables["从未扫码"].select("td a")}
    assert tables["重复绑定"].select_one(".card-header a")["href"] == "/labels?twice=true"
    assert "没有。" in tables["异地扫码"].text
    assert facts.split() == ["尚未绑定器材2", "重复绑定2", "异地扫码0", "从未扫码2"]


def test_labels_for_the_equipment_of_a_site_are_printed_and_given_where_missing(as_, world):
    office, piece = as_("dispatcher").office, world.pieces["one_1"]
    as_("dispatcher").api.act(f"/labels/{piece.code}", "unbind", {"reason": "标签脱落"}, status=200)
    form = office.get(f"/labels/print?site_id={world.sites['one'].id}").forms["form-chosen"]
    ready = form.submit(status=303).follow()
    sheet = office.get(next(each["href"] for each in ready.html.select("a.btn-primary") if "100" in each.text))
    text = pypdf.PdfReader(io.BytesIO(sheet.body)).pages[0].extract_text()
    given = as_("dispatcher").api.get(f"/equipment/{piece.id}").json["code"]
    assert given is not None
    assert given in text
    unknown = office.get("/labels/print").forms["form-chosen"]
    unknown["numbers"] = "CP-NIRGENDS"
    assert "CP-NIRGENDS" in unknown.submit(status=422).text


def test_a_label_is_bound_and_retired_by_hand(as_, world):
    code = make_blank(as_, 1)[0]
    dispatcher = as_("dispatcher")
    label = dispatcher.api.get("/labels", q=code).json["items"][0]
    form = dispatcher.office.get(f"/labels/{label['id']}/actions/bind").forms["form-bind"]
    form["equipment_id"].force_value(str(world.pieces["one_1"].id))
    form["reason"] = "旧标签破损"
    page = form.submit(status=303).follow()
    assert world.pieces["one_1"].number in page.text
    form = dispatcher.office.get(f"/labels/{label['id']}/actions/retire").forms["form-labelreason"]
    form["reason"] = "再次破损"
    form.submit(status=303)
    assert dispatcher.api.get(f"/labels/{code}").json["state"] == "retired"


def test_a_stranger_reads_a_labels_state_but_not_its_piece_and_binds_nothing(anonymous, as_, world):
    piece = world.pieces["one_1"]
    found = anonymous.get(f"/labels/{piece.code}").json
    assert (found["state"], found["equipment"], found["site"]) == ("bound", None, None)
    anonymous.post(f"/labels/{piece.code}/actions/unbind", {"reason": "试试"}, status=401)
    as_("customer").api.act(f"/labels/{piece.code}", "unbind", {"reason": "试试"}, status=403)


def test_sites_near_a_position_come_nearest_first_and_only_those_of_the_caller(as_, world):
    site = world.sites["one"]
    near = f"{site.longitude:.6f},{site.latitude:.6f}"
    found = as_("dispatcher").api.get("/sites", near=near, radius="50000").json["items"]
    assert found[0]["id"] == site.id
    assert found[0]["distance"] <= 1
    assert [each["distance"] for each in found] == sorted(each["distance"] for each in found)
    assert all(each["id"] != world.sites["other"].id for each in found)
    assert as_("dispatcher").api.get("/sites", near="119.3", status=422)
    assert set(as_("dispatcher").api.get("/sites", near=near, sort="name", status=422).json["errors"]) == {"sort"}
    assert as_("customer_2").api.get("/sites", near=near, radius="100").json["items"] == []
