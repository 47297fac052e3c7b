import io
import re
from datetime import datetime, timedelta, timezone

import pytest
from PIL import Image
from pypdf import PdfReader

from shuhua_core.plugins import Column, Field, Photo, ReportData, Section, Signature
from shuhua_core.plugins.builtin.sheets import DISPATCH, SERVICE, SHEETS
from shuhua_core.plugins.builtin.stop_notice import StopNotice

PRINTED_AT = datetime(2026, 11, 22, 16, 56, tzinfo=timezone(timedelta(hours=8)))
VALUES = {key: f"值{place:02}" for place, key in enumerate(DISPATCH.labels)}


def sheet(locale="zh_Hans", fields=VALUES, form=DISPATCH, **more):
    data = ReportData(
        title="派工单" if locale == "zh_Hans" else "Dispatch sheet",
        locale=locale,
        printed_at=PRINTED_AT,
        number="RW20261122-0001",
        qr_text="https://service.example.cn/tasks/1",
        fields=tuple(Field(key, value) for key, value in fields.items()),
        **more,
    )
    out = io.BytesIO()
    built = form.build(data, out)
    return built, PdfReader(out)


def words(reader):
    return "\n".join(page.extract_text() for page in reader.pages)


def picture(kind="JPEG", mode="RGB", size=(640, 480), colour="gray"):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


@pytest.mark.usefixtures("chinese")
def test_it_carries_every_field_of_a_dispatch_sheet_in_chinese():
    built, reader = sheet()
    text = words(reader)
    for label in (
        *("工单编号", "日期", "客户", "联系人", "安装点", "地址", "产品编号", "产品型号", "生产批次", "安装日期", "保修期至"),
        *("安全使用寿命至", "故障描述", "严重程度", "到场时限", "完工时限", "维修单位", "维修人员", "携带配件", "派工人"),
    ):
        assert label in text
    for value in VALUES.values():
        assert value in text
    assert "第 1 页 共 1 页" in text
    assert (built.pages, built.missing_characters, built.notes) == (1, "", ())


@pytest.mark.usefixtures("chinese")
def test_it_speaks_english():
    _built, reader = sheet("en")
    text = words(reader)
    assert "Page 1 of 1" in text
    for label in ("Task number", "Safe life to", "Parts to carry", "Dispatcher"):
        assert label in text


def test_it_is_a4_upright_with_the_number_on_every_page():
    built, reader = sheet(fields={**VALUES, "fault": "踏板松动，请处理。" * 500})
    assert built.pages == len(reader.pages) > 1
    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        assert "RW20261122-0001" in page.extract_text()


def test_long_text_loses_nothing_over_pages():
    _built, reader = sheet(fields={"fault": "".join(f"第{number}处松动，" for number in range(900))})
    text = "".join(words(reader).split())
    missing = [number for number in range(900) if f"第{number}处松动，" not in text]
    # The head and foot of a page may stand between two halves of a line's text, once a page.
    assert len(missing) < len(reader.pages)


def test_only_its_own_fonts_are_used_and_all_are_embedded():
    _built, reader = sheet()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/FontDescriptor"]
            assert "NotoSansSC" in descriptor["/FontName"]
            assert "/FontFile2" in descriptor


def test_it_is_small():
    out = io.BytesIO()
    DISPATCH.build(ReportData("派工单", "zh_Hans", PRINTED_AT, number="RW-1"), out)
    assert len(out.getvalue()) < 100_000


def test_pictures_are_printed_grey_and_a_broken_one_is_told():
    photos = (
        Photo(picture(), "正面"),
        Photo(b"no picture"),
        Photo(picture("PNG", "RGBA", colour="blue"), "侧面"),
        Photo(picture("WEBP", colour="red")),
    )
    built, reader = sheet("en", photos=photos)
    images = [image.image for page in reader.pages for image in page.images]
    assert [image.mode for image in images] == ["L", "L", "L"]
    assert built.notes == ("Picture 2 cannot be printed.",)
    assert "Picture 2 cannot be printed." in words(reader)


def test_a_picture_that_would_fill_the_memory_is_not_opened():
    # 60,000 by 60,000 white dots in a few kilobytes of PNG.
    header = picture("PNG", "L", (1, 1))
    bomb = header[:16] + (60_000).to_bytes(4, "big") * 2 + header[24:]
    built, _reader = sheet("en", photos=(Photo(bomb),))
    assert len(built.notes) == 1


def test_a_rare_character_is_never_a_silent_box():
    built, reader = sheet("en", fields={"customer": "𠮷野"})
    assert built.missing_characters == "𠮷"
    assert "[U+20BB7]野" in words(reader)
    assert "printed as their code" in words(reader)


def test_custom_fields_sections_and_pieces_follow():
    _built, reader = sheet(
        fields={**VALUES, "opening": "6:00–21:00"},
        sections=(Section("现场", (Field("light", "有", "照明"),)),),
        columns=(Column("产品编号"), Column("数量", "number")),
        rows=[("SH-0000-0001", 1), ("SH-0000-0002", 2)],
    )
    text = words(reader)
    for part in ("opening", "6:00–21:00", "现场", "照明", "SH-0000-0002"):
        assert part in text


def test_the_qr_code_stands_at_the_top_right():
    built, reader = sheet()
    content = reader.pages[0].get_contents().get_data()
    assert built.pages == 1
    modules = max(content.decode("latin-1").splitlines(), key=lambda line: line.count(" re"))
    corners = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+) [\d.]+ [\d.]+ re", modules)]
    assert len(corners) > 100
    assert min(x for x, _y in corners) > 595 - 110
    assert min(y for _x, y in corners) > 842 - 110


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("form", SHEETS, ids=[each.name for each in SHEETS])
def test_every_sheet_shows_each_of_its_fields_once(form):
    placed = [key for keys in (*form.rows, *form.rows_after, *form.rows_below) for key in keys]
    assert sorted(placed) == sorted(form.labels)
    values = {key: f"值{place:02}" for place, key in enumerate(form.labels)}
    _built, reader = sheet(fields=values, form=form)
    text = words(reader)
    for value in values.values():
        assert text.count(value) == 1


def test_a_signature_drawn_on_the_phone_stands_in_its_frame():
    drawn = Signature("customer", picture("PNG", "RGBA", (400, 120), "black"), "2026-11-22 16:20")
    built, reader = sheet(form=SERVICE, signatures=(drawn,))
    assert len(list(reader.pages[0].images)) == 1
    assert "2026-11-22 16:20" in words(reader)
    assert built.notes == ()


def test_a_signature_that_is_no_picture_is_told():
    built, _reader = sheet("en", form=SERVICE, signatures=(Signature("customer", b"no"),))
    assert built.notes == ("A signature cannot be printed.",)


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(("locale", "warning"), [("zh_Hans", "请勿使用"), ("en", "Do not use")])
def test_the_notice_of_a_piece_out_of_use_is_read_from_afar(locale, warning):
    built, reader = sheet(locale, {"equipment": "漫步机 SH-0000-0001", "reason": "立柱松动"}, StopNotice())
    text = words(reader)
    assert built.pages == 1
    for part in (warning, "漫步机 SH-0000-0001", "立柱松动"):
        assert part in text
    sizes = [float(size) for size in re.findall(rb"/F\S+ ([\d.]+) Tf", reader.pages[0].get_contents().get_data())]
    assert max(sizes) >= 70
