import pytest

from shuhua_core.plugins import Basemap, Label, Layer, Receipt, Script

ATTRIBUTION = Label(zh="示例", en="Example")


def test_a_label_needs_both_languages():
    with pytest.raises(ValueError, match="in Chinese and in English"):
        Label(zh="", en="Inbox")
    assert Label(zh="站内消息", en="Inbox").text("zh_Hans") == "站内消息"
    assert Label(zh="站内消息", en="Inbox").text("en") == "Inbox"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "either tiles or layers"),
        ({"tiles": "https://t.example.cn/{z}/{x}/{y}", "layers": (Layer("a"),)}, "either tiles or layers"),
        ({"tiles": "http://t.example.cn/{z}/{x}/{y}"}, "https"),
        ({"tiles": "https://t.example.cn/{z}/{x}"}, "{y}"),
        ({"tiles": 'https://t.example.cn/{z}/{x}/{y}"><script>'}, "https"),
        ({"layers": (Layer("a"),), "datum": "nad27"}, "datum"),
        ({"layers": (Layer("a"),), "min_zoom": 9, "max_zoom": 3}, "zoom"),
        ({"layers": (Layer("a"),), "csp_origins": ("https://t.example.cn; script-src *",)}, "CSP"),
        ({"layers": (Layer("a"),), "csp_origins": ("*",)}, "CSP"),
        ({"layers": (Layer("a"),), "scripts": (Script("javascript:alert(1)"),)}, "script"),
    ],
)
def test_a_base_map_that_cannot_be_drawn_safely_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        Basemap(ATTRIBUTION, **wrong)


def test_a_receipt_has_one_of_the_known_statuses():
    with pytest.raises(ValueError, match="status"):
        Receipt("lost")
    with pytest.raises(ValueError, match="reference"):
        Receipt("sent", 7)
