import colander
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuhua_core.archives.phones import Phone, mask, normalise, tail
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import InputSchema, deserialize, field


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [
        ("13900000000", "13900000000", "139****0000"),
        ("+86 139 0000 0000", "13900000000", "139****0000"),
        ("0086-139-0000-0000", "13900000000", "139****0000"),
        ("１３９００００００００", "13900000000", "139****0000"),
        ("0595-8888 0000", "059588880000", "0595******00"),
        ("(0595)88880000", "059588880000", "0595******00"),
        ("+86 595 8888 0000", "059588880000", "0595******00"),
        ("010-88880000转123", "01088880000-123", "010******00-123"),
        ("0595-88880000-12", "059588880000-12", "0595******00-12"),
        ("02088880000 ext. 5", "02088880000-5", "020******00-5"),
        ("400-000-0000", "4000000000", "4000000000"),
        ("8000000000", "8000000000", "8000000000"),
        ("95555", "95555", "95555"),
        ("12345", "12345", "12345"),
        ("+1 617 555 0100", "+16175550100", "****00"),
    ],
)
def test_phones_are_understood_as_people_write_them(written, kept, shown):
    assert normalise(written) == kept
    assert mask(kept) == shown


@pytest.mark.parametrize(
    "written", ["", "88880000", "1390000000", "12900000000", "1.39E+10", "110", "电话", "13900000000转1", "abc" * 20]
)
def test_what_is_no_phone_is_refused(written):
    assert normalise(written) is None


def test_the_tail_leaves_the_extension_out():
    assert tail("059588881234-56") == "1234"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(max_size=40))
def test_a_kept_phone_is_understood_again(text):
    kept = normalise(text)
    assert kept is None or normalise(kept) == kept


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True, alphabet="0123456789"))
def test_a_mask_hides_the_middle_of_a_mobile_number(phone):
    assert mask(phone) == f"{phone[:3]}****{phone[-4:]}"


class Caller(InputSchema):
    phone = field(Phone(), _("Phone"))


def test_a_masked_phone_is_never_taken_back():
    with pytest.raises(Invalid) as error:
        deserialize(Caller, {"phone": "139****0000"})
    assert "whole number" in error.value.errors["phone"]


def test_an_empty_phone_is_none():
    assert deserialize(Caller, {"phone": "  "}) == deserialize(Caller, {}) == {"phone": None}
    assert Phone().deserialize(None, colander.null) is colander.null
