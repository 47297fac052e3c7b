from datetime import UTC, date, datetime
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuhua_core.kernel.errors import Invalid, Malformed
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.jsonio import dump, parse_object
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
    Text,
    deserialize,
    field,
)
from shuhua_core.kernel.schema import given as given_fields


def read(typ, value):
    class One(InputSchema):
        one = field(typ, _("One"))

    return deserialize(One, {"one": value})["one"]


@pytest.mark.parametrize(
    ("typ", "value", "expected"),
    [
        (Text(10), "  文 字 ", "文 字"),
        (Text(10), "   ", None),
        (Text(10, multiline=True), "a\r\nb", "a\nb"),
        (Text(3, pattern="[a-z]+"), "abc", "abc"),
        (Integer(0, 5), 5, 5),
        (Float(0, 5), 5, 5.0),
        (Boolean(), False, False),
        (Amount(), "1280.50", Decimal("1280.50")),
        (Date(), "2026-11-22", date(2026, 11, 22)),
        (Moment(), "2026-11-22T16:56:00+08:00", datetime(2026, 11, 22, 8, 56, tzinfo=UTC)),
        (Moment(), "2026-11-22t08:56:00z", datetime(2026, 11, 22, 8, 56, tzinfo=UTC)),
        (Choice({"a": ("甲", "A")}), "a", "a"),
        (Items(Integer(0, 9)), [1, 2], [1, 2]),
        (Integer(0, 5), None, None),
    ],
)
def test_what_fits_is_read(typ, value, expected):
    assert read(typ, value) == expected


@pytest.mark.parametrize(
    ("typ", "value"),
    [
        (Text(3), "abcd"),
        (Text(9, 2), "a"),
        (Text(9), 7),
        (Text(9), ["a"]),
        (Text(9), "a\0b"),
        (Text(9), "a\nb"),
        (Text(9), "a\x1bb"),
        (Text(9), "a\u2028b"),
        (Text(9), "\ud800"),
        (Text(9, pattern="[a-z]+"), "abc1"),
        (Text(9, pattern="[a-z]+"), "1abc"),
        (Integer(), 2.7),
        (Integer(), 2.0),
        (Integer(), "2"),
        (Integer(), True),
        (Integer(), 2**63),
        (Integer(0, 5), 6),
        (Float(0, 5), float("nan")),
        (Float(0, 5), float("inf")),
        (Float(0, 5), True),
        (Float(0, 5), "1"),
        (Float(0, 5), 10**400),
        (Boolean(), 0),
        (Boolean(), "true"),
        (Amount(), 1280.5),
        (Amount(), "1e3"),
        (Amount(), "-1.00"),
        (Amount(), "1.005"),
        (Amount(), "NaN"),
        (Amount(), "１２"),
        (Date(), "2026-02-30"),
        (Date(), "20261122"),
        (Date(), "2026-11-22T00:00"),
        (Moment(), "2026-11-22T16:56:00"),
        (Moment(), "2026-11-22"),
        (Moment(), "2026-11-22 16:56+" + "0" * 5000),
        (Moment(), "2026-11-22T16:56:00." + "0" * 5000 + "Z"),
        (Moment(), "0001-01-01T00:00:00+23:59"),
        (Moment(), 1766390160),
        (Choice({"a": ("甲", "A")}), "b"),
        (Choice({"a": ("甲", "A")}), ["a"]),
        (Items(Integer()), [1, 1]),
        (Items(Integer()), {"a": 1}),
        (Items(Integer()), "12"),
        (Items(Integer(), maximum=1), [1, 2]),
        (Items(Integer(), minimum=1), []),
        (Items(Integer()), [None]),
    ],
)
def test_what_does_not_fit_is_refused_and_named(typ, value):
    with pytest.raises(Invalid) as refused:
        read(typ, value)
    assert set(refused.value.errors) == {"one"}
    assert refused.value.errors["one"]


class Nested(InputSchema):
    name = field(Text(10), _("Name"), required=True)
    count = field(Integer(0, 9), _("Count"), default=3)
    position = PositionSchema(missing=None)


def test_unknown_keys_are_refused_at_every_depth():
    with pytest.raises(Invalid) as refused:
        deserialize(Nested, {"name": "a", "role": "administrator", "position": {"longitude": 1, "latitude": 2, "owner": 1}})
    assert {"role"} <= set(refused.value.errors)
    with pytest.raises(Invalid) as nested:
        deserialize(Nested, {"name": "a", "position": {"longitude": 1, "latitude": 2, "owner": 1}})
    assert set(nested.value.errors) == {"position.owner"}


def test_each_wrong_field_is_named():
    with pytest.raises(Invalid) as refused:
        deserialize(Nested, {"count": "x", "position": {"longitude": 181, "latitude": 1}})
    assert set(refused.value.errors) == {"name", "count", "position.longitude"}


def test_absent_and_null_give_the_default():
    assert deserialize(Nested, {"name": "a"}) == deserialize(Nested, {"name": "a", "count": None, "position": None})
    assert deserialize(Nested, {"name": "a"})["count"] == 3


@pytest.mark.parametrize("body", [[], "a", 1, True])
def test_what_is_no_object_is_refused(body):
    with pytest.raises(Invalid) as refused:
        deserialize(Nested, body)
    assert set(refused.value.errors) == {""}


def test_a_patch_gives_only_what_it_names():
    class Patch(InputSchema):
        name = field(Text(10), _("Name"))
        count = field(Integer(0, 9), _("Count"), default=3)

    assert given_fields(Patch, {"name": None}) == {"name": None}
    assert given_fields(Patch, {}) == {}
    assert given_fields(Patch, None) == {}
    with pytest.raises(Invalid):
        given_fields(Patch, {"nmae": "a"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "count", "position", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(value=json_values)
def test_any_json_is_either_read_or_refused_by_field(value):
    try:
        found = deserialize(Nested, value)
    except Invalid as error:
        assert error.errors  # noqa: PT017 - either is right
    else:
        assert isinstance(found["name"], str)


@settings(max_examples=300)
@given(
    data=st.data(),
    typ=st.sampled_from(
        [
            Text(4, 2, pattern="[a-z]+"),
            Integer(-3, 3),
            Float(-1, 1),
            Boolean(),
            Amount(),
            Choice({"a": ("甲", "A")}),
            Items(Integer(0, 2), 2),
        ]
    ),
)
def test_the_json_schema_refuses_what_the_type_reads_only_after_cleaning(data, typ):
    """What the JSON Schema takes the type takes too, so that a client which keeps to the description is never refused."""
    value = data.draw(json_values | st.text(alphabet="abc1.", max_size=5) | st.lists(st.integers(0, 2), max_size=3))
    if value is not None and jsonschema.Draft202012Validator(typ.json_schema()).is_valid(value):
        if isinstance(value, float) and value.is_integer():
            return  # JSON does not tell 2.0 from 2; we do
        read(typ, value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b'{"a": 1',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff{}",
        b'{"a":' * 100_000,
    ],
    ids=["empty", "list", "number", "null", "cut", "twice", "twice-inside", "nan", "infinity", "no-utf8", "deep"],
)
def test_a_body_that_is_no_plain_object_is_malformed(body):
    with pytest.raises(Malformed):
        parse_object(body)


def test_what_is_written_can_be_read():
    moment = datetime(2026, 11, 22, 8, 56, tzinfo=UTC)
    assert parse_object(dump({"at": moment, "amount": Decimal("1.50"), 1: "文"})) == {
        "at": "2026-11-22T08:56:00Z",
        "amount": "1.50",
        "1": "文",
    }
