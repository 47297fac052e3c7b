"""What is typed becomes plain JSON values; what cannot stays as it was typed. And how values are shown."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import colander
import peppercorn
import pytest
from deform import Form

from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.schema import (
    Amount,
    Boolean,
    Choice,
    Date,
    Float,
    InputSchema,
    Integer,
    Items,
    Moment,
    PositionSchema,
    RecordId,
    Text,
    deserialize,
    field,
)
from shuhua_web import formats
from shuhua_web.widgets import FormWidget, Source, widget_for

CHINA = ZoneInfo("Asia/Shanghai")
SEVERITIES = {"urgent": ("紧急", "Urgent"), "normal": ("一般", "Normal")}


class Everything(InputSchema):
    """A field of each type."""

    text = field(Text(20), "Text")
    count = field(Integer(0, 100), "Count")
    ratio = field(Float(0, 10), "Ratio")
    price = field(Amount(), "Price")
    day = field(Date(), "Day")
    at = field(Moment(), "At")
    severity = field(Choice(SEVERITIES), "Severity")
    site_id = field(RecordId("site"), "Site")
    ticked = field(Boolean(), "Ticked", default=False)
    sure = field(Boolean(), "Sure")
    tags = field(Items(Choice(SEVERITIES)), "Tags")
    parts = field(Items(Text(10)), "Parts")
    position = PositionSchema(title="Position", missing=None)


def read(fields):
    form = Form(Everything())
    sources = {"site_id": Source(options=[(7, "Park")])}
    for child in form.children:
        child.widget = widget_for(child.schema, locale="en", zone=CHINA, yes="Yes", no="No", source=sources.get(child.name))
        for below in child.children:
            below.widget = widget_for(below.schema, locale="en", zone=CHINA, yes="Yes", no="No", source=None)
    return FormWidget().deserialize(form, peppercorn.parse(fields))


def sequence(name, *values):
    return [("__start__", f"{name}:sequence"), *((name, value) for value in values), ("__end__", f"{name}:sequence")]


def mapping(name, **values):
    return [("__start__", f"{name}:mapping"), *values.items(), ("__end__", f"{name}:mapping")]


def test_typed_text_becomes_values_that_the_schema_takes():
    plain = read(
        [
            ("text", "扶手松动"),
            ("count", " 12 "),
            ("ratio", "1.50"),
            ("price", "¥1,280.5"),
            ("day", "2026/11/22"),
            ("at", "2026-11-22T16:56"),
            ("severity", "urgent"),
            ("site_id", "7"),
            ("ticked", "true"),
            ("sure", "false"),
            *sequence("tags", "urgent", "normal"),
            *sequence("parts", "bolt", "", "nut"),
            *mapping("position", longitude="118.58", latitude="24.8", datum="wgs84", accuracy="", source="map"),
        ]
    )
    values = deserialize(Everything, plain)
    assert plain["count"] == 12
    assert plain["at"] == "2026-11-22T16:56:00+08:00"
    assert values["price"] == Decimal("1280.5")
    assert values["day"] == date(2026, 11, 22)
    assert values["at"] == datetime(2026, 11, 22, 8, 56, tzinfo=UTC)
    assert values["ticked"] is True
    assert values["sure"] is False
    assert values["parts"] == ["bolt", "nut"]
    assert values["position"]["longitude"] == 118.58


def test_a_form_left_empty_gives_nothing_but_what_a_box_says():
    plain = read(
        [*sequence("tags"), *sequence("parts", ""), *mapping("position", longitude="", latitude="", datum="wgs84", source="gps")]
    )
    assert {name: value for name, value in plain.items() if value is not None} == {"ticked": False}
    assert deserialize(Everything, plain)["position"] is None


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("count", "a dozen"),
        ("count", "2.7"),
        ("count", "9" * 40),
        ("ratio", "1e5"),
        ("ratio", "nan"),
        ("price", "12.345"),
        ("day", "22.11.2026"),
        ("at", "tomorrow"),
        ("site_id", "７"),
        ("severity", "unheard of"),
    ],
)
def test_what_cannot_be_a_value_stays_as_typed_and_is_refused(name, typed):
    plain = read([(name, typed)])
    assert plain[name] == typed
    with pytest.raises(Invalid) as refused:
        deserialize(Everything, plain)
    assert list(refused.value.errors) == [name]


@pytest.mark.parametrize("name", [node.name for node in Everything().children])
@pytest.mark.parametrize("shape", ["list", "object"])
def test_a_field_sent_in_another_shape_is_harmless(name, shape):
    sent = sequence(name, "x") if shape == "list" else mapping(name, a="b")
    plain = read(sent)
    with suppress(Invalid):
        deserialize(Everything, plain)


def test_every_type_has_a_widget_and_an_unknown_one_is_refused():
    with pytest.raises(TypeError):
        widget_for(colander.SchemaNode(colander.Time()), locale="en", zone=CHINA, yes="", no="", source=None)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13900001234", "139****1234"),
        ("+86 139 0000 1234", "139****1234"),
        ("0086-139-0000-1234", "139****1234"),
        ("0595-85550123", "0595******23"),
        ("010-65550123", "010******23"),
        ("95588", "95588"),
        ("12345", "12345"),
        (None, ""),
    ],
)
def test_phones_are_masked_as_the_office_does(number, masked):
    assert formats.masked_phone(number) == masked


def test_values_look_as_the_office_writes_them():
    moment = datetime(2026, 11, 22, 8, 56, tzinfo=UTC)
    assert formats.moment(moment, CHINA) == "2026-11-22 16:56"
    assert formats.short_moment(moment, CHINA, moment) == "16:56"
    assert formats.amount(Decimal("1280.5")) == "¥1,280.50"
    assert formats.phone("13900001234") == "139 0000 1234"
    assert formats.duration(timedelta(hours=51, minutes=5), "en") == "2 d 3 h"
    assert formats.duration(timedelta(hours=51, minutes=5), "zh_Hans") == "2 天 3 小时"
    assert formats.percent(7, 8) == "87.5 %"
    assert formats.percent(0, 0) == "–"
    assert formats.json_value(moment) == "2026-11-22T08:56:00Z"
