"""The real set of Boston's requests."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shuhua_core.datasets import boston, boston_places

RECORD = {
    "CASE_ENQUIRY_ID": "101001300000", "OPEN_DT": "07/01/2015 09:00:00 AM", "TARGET_DT": "07/08/2015 09:00:00 AM",
    "CLOSED_DT": "07/02/2015 10:30:00 AM", "OnTime_Status": "ONTIME", "CASE_STATUS": "Closed",
    "CLOSURE_REASON": "Case Closed. Closed date : 2015-07-02 10:30:00.1 Case Resolved fixed  bench", "CASE_TITLE": "Bench",
    "TYPE": "Equipment Repair", "QUEUE": "PARK_Maintenance_Trades", "Location": "1 Main St  Roxbury  MA  02119",
    "neighborhood": "Roxbury", "ward": "Ward 8", "LOCATION_ZIPCODE": "2119.0", "LATITUDE": "42.3301",
    "LONGITUDE": "-71.0900", "Source": "Constituent Call", "Geocoded_Location": "(42.3301, -71.09)",
}  # fmt: skip


def one(**changes):
    cases, refusals = boston.parse([RECORD | changes])
    return cases[0], {(refusal.field, str(refusal.reason)) for refusal in refusals}


def refused(refusals, field):
    return [reason for name, reason in refusals if name == field]


@pytest.fixture(scope="module")
def whole():
    return boston.read()


def test_every_case_of_the_set_is_read_once(whole):
    cases, _ = whole
    assert len(cases) == len({case.case_id for case in cases}) == 5567


def test_the_outcomes_add_up_to_the_set(whole):
    cases, _ = whole
    assert Counter(case.outcome for case in cases) == {
        "completed": 4103, "open": 717, "answered": 458, "rejected": 193, "duplicate": 96,
    }  # fmt: skip


def test_cases_come_in_order_of_their_real_times(whole):
    cases, _ = whole
    assert [case.opened_at for case in cases] == sorted(case.opened_at for case in cases)
    assert all(case.opened_at.tzinfo is UTC for case in cases)


def test_what_the_record_says_about_the_deadline_agrees_with_its_times(whole):
    cases, _ = whole
    both = [case for case in cases if case.closed_at and case.due_at]
    assert len(both) == 4346
    assert all(case.on_time == (case.closed_at <= case.due_at) for case in both)


def test_refusals_of_the_set_are_counted(whole):
    _, refusals = whole
    counts = Counter(refusal.field for refusal in refusals)
    assert counts == {"position": 2818, "duplicate_of": 58, "outcome": 6}
    assert sum(count for _, _, count in boston.by_reason(refusals)) == len(refusals)


def test_the_cases_without_a_real_position_have_none(whole):
    cases, _ = whole
    assert sum(case.position is None for case in cases) == 2818
    assert all(42.2 < lat < 42.42 and -71.2 < lon < -70.9 for lon, lat in (case.position for case in cases if case.position))


def test_a_duplicate_names_a_case_of_the_set_and_never_itself(whole):
    cases, _ = whole
    known = {case.case_id for case in cases}
    named = [case for case in cases if case.duplicate_of]
    assert len(named) == 38
    assert all(case.duplicate_of in known - {case.case_id} for case in named)


def test_wards_and_zip_codes_are_written_one_way(whole):
    cases, _ = whole
    assert {case.ward for case in cases} == {None, *(str(ward) for ward in range(1, 23))}
    assert all(case.zip_code is None or (len(case.zip_code) == 5 and case.zip_code.startswith("02")) for case in cases)


def test_every_case_lies_in_a_division_that_exists(whole):
    cases, _ = whole
    assert {case.division for case in cases} <= {division.code for division in boston_places.divisions()}


def test_a_plain_record_is_taken_over_whole():
    case, refusals = one()
    assert refusals == set()
    assert (case.outcome, case.closing_note, case.ward, case.zip_code) == ("completed", "fixed bench", "8", "02119")
    assert case.opened_at == datetime(2015, 7, 1, 13, 0, tzinfo=UTC)
    assert case.closed_at - case.opened_at == timedelta(hours=25, minutes=30)
    assert case.position == (-71.09, 42.3301)
    assert (case.severity, case.channel, case.division) == ("high", "call_centre", "US-MA-BOS-14")
    assert case.address == "1 Main St Roxbury MA 02119"


def test_winter_times_are_five_hours_behind():
    case, _ = one(OPEN_DT="01/05/2015 11:32:37 AM")
    assert case.opened_at == datetime(2015, 1, 5, 16, 32, 37, tzinfo=UTC)


def test_a_close_before_its_opening_is_reported_and_not_taken_over():
    case, refusals = one(CLOSED_DT="06/30/2015 08:00:00 AM")
    assert case.closed_at is None
    assert case.outcome == "completed"
    assert refused(refusals, "closed_at")


def test_a_deadline_before_the_opening_is_reported_and_not_taken_over():
    case, refusals = one(TARGET_DT="06/30/2015 08:00:00 AM")
    assert case.due_at is None
    assert refused(refusals, "due_at")


def test_a_closed_case_without_a_time_of_closing_is_reported():
    case, refusals = one(CLOSED_DT="")
    assert (case.closed_at, case.open) == (None, False)
    assert refused(refusals, "closed_at")


def test_an_open_case_with_a_closing_stays_open():
    case, refusals = one(CASE_STATUS="Open")
    assert (case.outcome, case.closed_at, case.open) == ("open", None, True)
    assert refused(refusals, "closed_at")
    assert refused(refusals, "outcome")


@pytest.mark.parametrize(
    "changes",
    [
        {"LATITUDE": "42.3594", "LONGITUDE": "-71.0587", "Geocoded_Location": "(42.3594, -71.0587)"},
        {"Geocoded_Location": "(0, 0)"},
    ],
)
def test_a_default_position_is_no_position(changes):
    case, refusals = one(**changes)
    assert case.position is None
    assert refused(refusals, "position")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Case Closed Case Invalid", "rejected"),
        ("Case Closed. Closed date : 2015-07-02 10:30:00.1 Case Noted Bench was removed.", "answered"),
        ("Case Closed Case Referred to External Agency DCR", "answered"),
        ("Case Closed Duplicate of Existing Case", "duplicate"),
        ("Case Closed Case Resolved duplicate case and complaint resolved", "completed"),
    ],
)
def test_the_coded_phrase_tells_the_outcome(text, outcome):
    case, _ = one(CLOSURE_REASON=text)
    assert case.outcome == outcome


@pytest.mark.parametrize("text", ["Same as #1300000", "DUPLICATE TO W/O 101001300000", "Duplicate 0f 1300000"])
def test_the_other_case_of_a_duplicate_is_read_from_the_text(text):
    duplicate = RECORD | {
        "CASE_ENQUIRY_ID": "101001300007",
        "CLOSURE_REASON": f"Case Closed Duplicate of Existing Case {text}",
    }
    cases, refusals = boston.parse([RECORD, duplicate])
    assert {case.case_id: case.duplicate_of for case in cases} == {"101001300000": None, "101001300007": "101001300000"}
    assert refusals == []


@pytest.mark.parametrize("text", ["", "Same as #1999999", "Same as #1300000"])
def test_a_duplicate_of_nothing_known_is_reported(text):
    case, refusals = one(CLOSURE_REASON=f"Case Closed Duplicate of Existing Case {text}")
    assert case.duplicate_of is None
    assert refused(refusals, "duplicate_of")


def test_times_that_summer_time_makes_doubtful_are_reported():
    skipped, first = one(OPEN_DT="03/08/2015 02:30:00 AM")
    assert skipped.opened_at == datetime(2015, 3, 8, 7, 30, tzinfo=UTC)
    assert refused(first, "opened_at")
    twice, second = one(OPEN_DT="11/01/2015 01:30:00 AM", TARGET_DT="", CLOSED_DT="11/02/2015 01:30:00 AM")
    assert twice.opened_at == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)
    assert refused(second, "opened_at")


def test_odd_wards_zip_codes_and_neighbourhoods_are_reported():
    case, refusals = one(ward="Ward X", LOCATION_ZIPCODE="n/a", neighborhood="Atlantis")
    assert (case.ward, case.zip_code, case.division) == (None, None, "US-MA-BOS")
    assert {field for field, _ in refusals} == {"ward", "zip_code", "neighbourhood"}


def test_names_that_overlap_lie_within_each_other():
    within = {division.name_en: division.parent for division in boston_places.divisions()}
    codes = {division.name_en: division.code for division in boston_places.divisions()}
    for inner, outer in (("Allston", "Allston / Brighton"), ("Brighton", "Allston / Brighton"), ("Mattapan", "Greater Mattapan")):
        assert within[inner] == codes[outer]
        assert codes[inner].startswith(codes[outer])
    assert boston_places.division_of("Boston") == boston_places.division_of("") == "US-MA-BOS"


def test_knocked_down_poles_and_fallen_trees_are_urgent():
    assert one(QUEUE="PWDx_Street Light Knock Downs")[0].severity == "urgent"
    assert one(QUEUE="PARK_Tree Emergencies")[0].severity == "urgent"
