"""Replaced parts on the screens and over the API."""

from __future__ import annotations

import json
from io import BytesIO

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.web.work import act_form, flow_in


def test_the_parts_of_a_task_go_from_hand_to_hand_until_there_is_a_finding(browser, replaced):
    address = f"/parts/{replaced[0]}"
    form = act_form(browser("repairer"), f"{address}/actions/send")
    form["carrier"], form["tracking"] = "测试快递", "T100"
    form.submit(status=303)
    queue = browser("quality_engineer").get("/parts?state=sent")
    assert [link["href"] for link in queue.html.select("td.grid-actions a")] == [f"{address}/actions/receive"]
    act_form(browser("quality_engineer"), f"{address}/actions/receive").submit(status=303)
    form = act_form(browser("quality_engineer"), f"{address}/actions/find")
    form["finding"], form["text"] = "manufacture", "滚道有裂纹"
    form.submit(status=303)
    page = browser("repairer").get(address)
    for text in ("Found", "Flaw of the manufacture", "滚道有裂纹", "测试快递", "T100", "6204-A1"):
        assert text in page
    assert not page.html.select(".actions a")


def test_a_part_of_the_customer_is_asked_for_by_the_quality_engineer_alone(browser, replaced):
    address = f"/parts/{replaced[1]}"
    page = browser("quality_engineer").get(address)
    assert [link.text for link in page.html.select(".actions a")] == ["Ask for it"]
    assert "踏板 &lt;b&gt;" in page
    browser("repairer").get(f"{address}/actions/ask_for", status=403)


def test_a_finding_needs_words_and_what_was_typed_is_kept(browser, replaced):
    address = f"/parts/{replaced[0]}/actions"
    act_form(browser("quality_engineer"), f"{address}/receive").submit(status=303)
    form = act_form(browser("quality_engineer"), f"{address}/find")
    form["finding"] = "wear"
    answer = form.submit(status=422)
    assert answer.html.select_one("[name=finding] option[selected], [name=finding][checked]")["value"] == "wear"


def test_who_has_no_part_in_it_sees_none(browser, replaced):
    browser("call_centre").get("/parts", status=403)
    assert not browser("agent_manager_2").get("/parts").html.select("tbody tr")
    browser("agent_manager_2").get(f"/parts/{replaced[0]}", status=404)


def test_the_sheet_names_the_part_its_task_and_the_way(browser, replaced):
    answer = browser("agent_manager").get(f"/parts/{replaced[0]}/sheet.pdf")
    assert answer.content_type == "application/pdf"
    text = PdfReader(BytesIO(answer.body)).pages[0].extract_text()
    for each in ("JJ", "RW", "6204-A1", "6204-B7"):
        assert each in text


def test_faults_are_counted_by_model_batch_and_part_and_lead_to_their_rows(browser, replaced):
    page = browser("quality_engineer").get("/parts/faults")
    rows = [[cell.text for cell in row.select("td")] for row in page.html.select("table.grid tbody tr")]
    assert sorted((row[2], row[3], row[5]) for row in rows) == [("踏板 <b>", "1", "0"), ("轴承", "1", "1")]
    links = page.html.select("table.grid a")
    assert len(links) == 2
    for link in links:
        assert len(browser("quality_engineer").get(link["href"]).html.select("table.grid tbody tr")) == 1
    narrowed = browser("quality_engineer").get("/parts/faults?in_warranty=true")
    assert len(narrowed.html.select("table.grid tbody tr")) == 1


def test_the_list_goes_to_research_and_development_as_an_excel_file(browser, replaced):
    answer = browser("quality_engineer").post_form("/lists/parts/export", {"name": "轴承"})
    found = CalamineWorkbook.from_filelike(BytesIO(answer.body)).get_sheet_by_index(0).to_python()
    assert any("轴承" in row and "6204-A1" in row for row in found)
    assert not any("踏板 <b>" in row for row in found)


def test_the_api_lists_reads_and_moves_them(as_, replaced):
    phone = as_("repairer").api
    listed = phone.get("/parts?state=to_return").json
    assert [(item["name"], item["state"]) for item in listed["items"]] == [("轴承", "to_return")]
    part = phone.get(f"/parts/{replaced[0]}").json
    assert [action["name"] for action in part["actions"]] == ["send"]
    sent = phone.post(f"/parts/{replaced[0]}/actions/send", {"carrier": "测试快递"}, status=200).json
    assert (sent["state"], sent["carrier"], sent["version"]) == ("sent", "测试快递", 2)
    phone.post(f"/parts/{replaced[0]}/actions/receive", {}, status=403)
    steps = phone.get(f"/parts/{replaced[0]}/timeline").json["items"]
    assert [step["action"] for step in steps] == ["create", "send"]


def test_repairs_are_counted_by_what_somebody_chooses_with_a_chart_and_an_excel_file(browser, replaced, deployment, world):
    with flow_in(deployment, world) as flow:
        for fault, cause in (("noise", "lubrication"), ("noise", "wear"), ("loose", "wear")):
            coded = {"cause_code": cause, "remedy_code": "replaced"}
            flow.to_completed(flow.to_assigned(flow.approve(flow.report(piece="one_2", fault=fault))), **coded)
    engineer = browser("quality_engineer")
    page = engineer.get("/parts/faults?of=repairs&by=cause&by=fault&by=")
    rows = [[cell.text for cell in row.select("td")] for row in page.html.select("table.grid tbody tr")]
    assert ["Ordinary wear", "Strange noise", "1", "25.0 %", "1"] in rows
    assert ["Not said", "Not said", "1", "25.0 %", "1"] in rows
    chart = json.loads(page.html.select_one("[data-chart]")["data-chart"])
    assert chart["yAxis"]["data"][0] == "Ordinary wear"
    heights = {each["name"]: each["data"][0] for each in chart["series"]}
    assert (heights["Strange noise"], heights["Loose or shaking"]) == (1, 1)
    for link in page.html.select("table.grid a"):
        assert len(engineer.get(link["href"]).html.select("table.grid tbody tr")) == 1
    file = engineer.get("/parts/faults.xlsx?of=repairs&by=cause")
    found = CalamineWorkbook.from_filelike(BytesIO(file.body)).get_sheet_by_index(0).to_python()
    assert found[0] == ["Cause", "Number", "Share", "In warranty"]
    assert ["Ordinary wear", 2.0, 0.5, 2.0] in found
    assert ["No grease left", 1.0, 0.25, 1.0] in found


def test_a_day_that_is_none_is_said_above_the_figures(browser, replaced):
    page = browser("quality_engineer").get("/parts/faults?created_from=yesterday", status=422)
    assert page.html.select_one(".alert-danger")
    browser("quality_engineer").get("/parts/faults.xlsx?created_from=yesterday", status=422)


def test_figures_take_a_constant_number_of_statements(browser, replaced, deployment, world, count_requests_sql):
    engineer = browser("quality_engineer")
    engineer.get("/parts/faults?of=repairs&by=cause")
    counts = []
    for _turn in range(2):
        with count_requests_sql() as sql:
            engineer.get("/parts/faults?of=repairs&by=cause")
        counts.append([each for each in sql.statements if each.startswith("SELECT")])
        with flow_in(deployment, world) as flow:
            flow.to_completed(flow.to_assigned(flow.approve(flow.report(piece="one_2"))), cause_code="wear")
    assert len(counts[0]) == len(counts[1])
    assert not any("choices" in each for each in counts[1][1:])
