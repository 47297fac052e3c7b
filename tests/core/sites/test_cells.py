"""The counts that the database keeps of the map's cells equal a count of the sites, whatever happens to these."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.scope import visible
from shuhua_core.places.models import Division
from shuhua_core.places.morton import Box, cell_centre, encode, touching
from shuhua_core.places.positions import morton_of, set_position
from shuhua_core.sites.cell_models import KEPT_ZOOMS, SiteCell, SiteCellChange, SitePeriodCell
from shuhua_core.sites.cells import fold, kept_counts, kept_zoom, recount, serves
from shuhua_core.sites.map_queries import SiteFilter, View, look, look_at_sites
from shuhua_core.sites.models import Site
from shuhua_core.sites.period_cells import parts_of, period_counts
from shuhua_core.sites.states import SITE_KINDS, SITE_STATES

MADE = datetime(2026, 1, 1, tzinfo=UTC)
CHINA = Box(73, 17, 136, 54)
SEE = "sites.view"


def columns(chance, number, units):
    placed = chance.random() < 0.9
    longitude, latitude = round(chance.uniform(100, 122), 7), round(chance.uniform(20, 45), 7)
    return {
        "number": f"K{number}",
        "name": f"点 {number}",
        "kind": chance.choice(list(SITE_KINDS)),
        "state": chance.choice(list(SITE_STATES)[:4]),
        "division_code": chance.choice([None, "350582", "3505", "350582001"]),
        "organisation_path": chance.choice([None, *units]),
        "installed_on": chance.choice([None, date(2020, 1, 1) + timedelta(days=chance.randrange(1500))]),
        "longitude": longitude if placed else None,
        "latitude": latitude if placed else None,
        "morton": morton_of(longitude, latitude) if placed else None,
        "state_at": MADE,
        "created_at": MADE,
        "updated_at": MADE,
    }


@pytest.fixture
def units(world):
    return [world.units[key].path for key in ("agent", "agent_2")]


@pytest.fixture
def divisions(ctx):
    for code in ("3505", "350582", "350582001"):
        if ctx.session.get(Division, code) is None:
            ctx.session.add(Division(code=code, level="town", name_zh=code, name_en=code))
    ctx.session.flush()


def stir(session, units, seed, turns=120):
    """Sites come, move, change and go, one by one and in bulk, by the ORM and beside it."""
    chance = random.Random(seed)
    for turn in range(turns):
        ids = session.scalars(select(Site.id).where(Site.number.like("K%"))).all()
        what = chance.choice(["add", "add", "bulk", "edit", "move", "many", "drop"])
        if what == "add" or not ids:
            session.add(Site(**columns(chance, f"{seed}-{turn}", units)))
        elif what == "bulk":
            session.execute(insert(Site.__table__), [columns(chance, f"{seed}-{turn}-{n}", units) for n in range(4)])
        elif what == "edit":
            site = session.get(Site, chance.choice(ids))
            for name in chance.sample(["kind", "state", "division_code", "organisation_path", "installed_on"], 2):
                setattr(site, name, columns(chance, 0, units)[name])
        elif what == "move":
            position = {
                "longitude": chance.uniform(100, 122),
                "latitude": 30.5,
                "datum": "gcj02",
                "accuracy": None,
                "source": "map",
            }
            set_position(session.get(Site, chance.choice(ids)), chance.choice([position, None]))
        elif what == "many":
            session.execute(update(Site).where(Site.id.in_(chance.sample(ids, min(3, len(ids))))).values(state="watched"))
        else:
            session.execute(delete(Site).where(Site.id == chance.choice(ids)))
        session.flush()


def cells(session):
    """All that is kept, by zoom and by what else it is kept for."""
    found = {}
    for model in (SiteCell, SitePeriodCell):
        names = [column.key for column in model.__table__.columns]
        key = [name for name in names if model.__table__.columns[name].primary_key]
        for each in session.scalars(select(model)):
            of = (each.zoom, model.__tablename__, *(getattr(each, name) for name in key))
            found[of] = (each.count, each.longitude_sum, each.latitude_sum)
    return found


def kept_and_counted(ctx):
    """The counts as they are kept, after those that wait were added up, and as a count of the sites gives them."""
    fold(ctx.session)
    ctx.session.expunge_all()
    kept = cells(ctx.session)
    ctx.session.expunge_all()
    recount(ctx.session)
    return kept, cells(ctx.session)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_equals_a_recount_after_any_changes(ctx, units, divisions, seed):
    stir(ctx.session, units, seed)
    kept, counted = kept_and_counted(ctx)
    assert kept == counted
    assert sum(count for (zoom, *_key), (count, *_sums) in kept.items() if zoom == 12) > 20


def test_without_a_trigger_the_recount_differs(ctx, units, divisions):
    on = " ON sites" if ctx.session.get_bind().dialect.name == "postgresql" else ""
    ctx.session.execute(text(f"DROP TRIGGER sites_cells_update{on}"))
    stir(ctx.session, units, 1)
    kept, counted = kept_and_counted(ctx)
    assert kept != counted


def test_what_is_undone_is_not_counted(ctx, units, divisions):
    recount(ctx.session)
    before = cells(ctx.session)
    savepoint = ctx.session.begin_nested()
    stir(ctx.session, units, 3, turns=20)
    savepoint.rollback()
    ctx.session.expunge_all()
    assert kept_and_counted(ctx)[0] == before


def test_waiting_changes_are_seen_before_and_after_they_are_added_up(ctx, as_user, units, divisions):
    stir(ctx.session, units, 2)
    view = View(CHINA, 4)
    before = look_at_sites(as_user("administrator"), view, SiteFilter())
    fold(ctx.session)
    assert ctx.session.scalars(select(SiteCellChange.id)).all() == []
    assert look_at_sites(as_user("administrator"), view, SiteFilter()) == before


@pytest.fixture
def spread(ctx, units, divisions):
    """So many sites that no view of the country shows them singly."""
    chance = random.Random(7)
    ctx.session.execute(insert(Site.__table__), [columns(chance, f"s{number}", units) for number in range(900)])


FILTERS = [
    SiteFilter(),
    SiteFilter(states={"faulty", "repairing"}),
    SiteFilter(kinds={"school"}),
    SiteFilter(division="35"),
    SiteFilter(division="350582"),
    SiteFilter(division="350582", kinds={"park", "path"}, states={"out_of_use"}),
    SiteFilter(installed_from=date(2021, 1, 1), installed_to=date(2021, 12, 31)),
    SiteFilter(installed_from=date(2020, 11, 17), installed_to=date(2023, 2, 9)),
    SiteFilter(installed_from=date(2022, 3, 5)),
    SiteFilter(installed_to=date(2022, 3, 31), states={"faulty", "normal"}),
    SiteFilter(installed_from=date(2021, 5, 3), installed_to=date(2021, 5, 20)),
    SiteFilter(installed_from=date(2021, 5, 3), installed_to=date(2023, 5, 20), kinds={"park"}, division="35"),
    SiteFilter(installed_from=date(2021, 1, 1), installed_to=date(2022, 12, 31), kinds={"park", "school"}),
    SiteFilter(installed_from=date(2020, 12, 5), installed_to=date(2022, 1, 20), kinds={"park"}, states={"normal", "faulty"}),
    SiteFilter(installed_from=date(2021, 1, 1), kinds={"path"}, division="3505"),
    SiteFilter(installed_to=date(2022, 12, 31), kinds={"path"}),
    SiteFilter(installed_from=date(1990, 1, 1), installed_to=date(1999, 12, 31)),
    SiteFilter(installed_from=date(2023, 1, 1), installed_to=date(2022, 1, 1)),
]


@pytest.mark.parametrize("chosen", FILTERS)
@pytest.mark.parametrize(("login", "zoom"), [("administrator", 4), ("dispatcher", 2), ("agent_manager", 5), ("authority", 8)])
@pytest.mark.usefixtures("spread")
def test_a_view_from_the_cells_equals_one_from_the_sites(ctx, as_user, chosen, login, zoom):
    actor = as_user(login)
    sight = look_at_sites(actor, View(CHINA, zoom), chosen)
    exact = look(ctx.session, Site, View(CHINA, zoom), [visible(Site, actor.actor, SEE), *chosen.conditions()])
    assert sight.total == exact.total
    assert sorted(sight.points) == sorted(exact.points)
    assert {each.cell: each.states for each in sight.clusters} == {each.cell: each.states for each in exact.clusters}
    for mine, theirs in zip(sight.clusters, exact.clusters, strict=True):
        assert mine.longitude == pytest.approx(theirs.longitude, abs=2e-6)
        assert mine.latitude == pytest.approx(theirs.latitude, abs=2e-6)


@pytest.mark.usefixtures("spread")
def test_a_cell_at_the_rim_counts_as_a_whole(as_user):
    everything = look_at_sites(as_user("administrator"), View(CHINA, 4), SiteFilter())
    part = look_at_sites(as_user("administrator"), View(Box(100, 21.3, 119.1, 44.4), 4), SiteFilter())
    assert part.clusters
    counts = {each.cell: each.count for each in everything.clusters}
    assert all(counts[each.cell] == each.count for each in part.clusters)


def grants(*found):
    return Actor(kind="user", user_id=1, grants={SEE: tuple(found)})


@pytest.mark.parametrize(
    ("actor", "served"),
    [
        (Actor(kind="system"), True),
        (grants(Grant(ScopeKind.ORGANISATION, "/1/2/")), True),
        (grants(Grant(ScopeKind.DIVISION, "350582")), True),
        (grants(Grant(ScopeKind.DIVISION, "350582001")), False),
        (grants(Grant(ScopeKind.OWN, None)), True),
    ],
)
def test_cells_serve_who_is_told_apart_by_what_they_keep(actor, served):
    assert serves(actor, SEE) is served


def test_the_coarsest_fine_enough_zoom_is_read():
    assert [kept_zoom(zoom) for zoom in (0, 6, 7, 10, 12, 13)] == [6, 6, 9, 12, 12, None]
    assert list(KEPT_ZOOMS) == sorted(KEPT_ZOOMS)


def test_a_finer_zoom_than_any_kept_is_a_mistake(ctx):
    with pytest.raises(ValueError, match="13"):
        kept_counts(ctx.session, ctx.actor, SEE, zoom=13, within=[])


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0.001, 20), st.floats(0.001, 5), st.integers(0, 12))
def test_a_tile_touches_the_box_that_holds_any_of_it(lon, lat, width, height, zoom):
    box = Box(lon, lat, min(180, lon + width), lat + height)
    touches = touching(box, zoom)
    assert touches(encode(lon + min(width, 180 - lon) / 2, lat + height / 2) >> 52 - 2 * zoom)
    far = encode(-lon, -lat) >> 52 - 2 * zoom
    middle = cell_centre(far, zoom)
    inside = box.west <= middle[0] <= box.east and box.south <= middle[1] <= box.north
    assert touches(far) or not inside


@given(st.dates(date(2019, 12, 1), date(2023, 3, 1)), st.dates(date(2019, 12, 1), date(2023, 3, 1)))
@pytest.mark.parametrize("months", [True, False])
def test_years_months_and_days_make_up_a_time(months, first, last):
    parts = parts_of(first, last, months=months)
    days = []
    for period in parts.periods:
        year, month = divmod(period, 100)
        end = date(year, 12, 31) if not month else (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        days += list(each_day(date(year, month or 1, 1), end))
    if parts.whole is not None:
        assert sorted(days) == list(each_day(*parts.whole))
    for rest in parts.rest:
        days += list(each_day(*rest))
        assert len(list(each_day(*rest))) < (60 if months else 731)
    assert months or not any(period % 100 for period in parts.periods)
    assert sorted(days) == list(each_day(first, last))


def each_day(first, last):
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def test_a_finer_zoom_than_any_kept_by_time_is_a_mistake(ctx):
    with pytest.raises(ValueError, match="11"):
        period_counts(ctx.session, ctx.actor, SEE, zoom=11, within=[], installed=(None, None))
