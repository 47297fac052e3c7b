"""The API answers each caller in their own language."""


def test_answers_speak_the_language_of_the_caller(as_, walk):
    client = as_("reviewer").api
    repair = walk.report()
    client.headers["Accept-Language"] = "zh-CN"
    shown = client.get(f"/repairs/{repair['id']}", status=200).json
    assert shown["state_label"] == "待审核"
    refused = client.act(f"/repairs/{repair['id']}", "reject", {}, status=422).json
    assert refused["errors"]["reason"] != "This is required."
    assert not refused["errors"]["reason"].isascii()
