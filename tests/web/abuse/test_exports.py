"""Abuse case 20: what people write stays text on paper. That no text becomes a formula in a sheet of Excel is shown where the
sheets are made (``tests/core/plugins/test_summary_table.py``); lists have no export yet."""

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '＝HYPERLINK("http://evil.example")', "http://evil.example/x")


def test_case_20_the_sheet_of_a_task_is_a_pdf_without_links_or_actions(walk, as_):
    repair = walk.report(symptom="; ".join(FORMULAS), address=FORMULAS[0], caller_name=FORMULAS[4][:60])
    task = walk.approve(repair)
    walk.to_assigned(task)
    for login in ("dispatcher", "repairer"):
        answer = as_(login).office.get(f"/tasks/{task['id']}/sheet.pdf", status=200)
        assert answer.content_type == "application/pdf"
        assert answer.body.startswith(b"%PDF-")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/OpenAction", b"/EmbeddedFile", b"/AcroForm"):
            assert word not in answer.body, word
    as_("repairer_2").office.get(f"/tasks/{task['id']}/sheet.pdf", status=404)
    as_("dispatcher_other").office.get(f"/tasks/{task['id']}/sheet.pdf", status=404)
