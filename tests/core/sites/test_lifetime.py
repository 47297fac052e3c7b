"""Ends of warranty and of safe service life."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from shuhua_core.kernel.steps import steps_of
from shuhua_core.sites.lifetime import ends, keep_lifetimes
from shuhua_core.sites.models import Equipment


def ending(world, day, state="normal", piece="one_1"):
    """A piece whose safe life and warranty end on that day."""
    found = world.pieces[piece]
    found.safe_life_to = found.warranty_to = day
    found.state = state
    world.session.flush()
    return found


@pytest.mark.parametrize(
    ("day", "terms"),
    [
        (date(2026, 11, 21), {"past"}),
        (date(2026, 11, 22), {"3", "6", "12"}),
        (date(2027, 2, 21), {"3", "6", "12"}),
        (date(2027, 2, 22), {"6", "12"}),
        (date(2027, 11, 21), {"12"}),
        (date(2027, 11, 22), set()),
    ],
)
def test_an_end_lies_in_the_terms_that_reach_it(ctx, world, day, terms):
    piece, today = ending(world, day), date(2026, 11, 22)

    def found(term):
        return ctx.session.scalar(select(Equipment.id).where(Equipment.id == piece.id, ends(Equipment.safe_life_to, term, today)))

    assert {term for term in ("past", "3", "6", "12") if found(term)} == terms


def test_what_is_gone_is_in_no_term(ctx, world):
    ending(world, date(2026, 1, 1), state="scrapped")
    assert not ctx.session.scalars(select(Equipment.id).where(ends(Equipment.warranty_to, "past", date(2026, 11, 22)))).all()


def test_a_piece_past_its_safe_life_is_marked_so_with_its_site_and_back_when_the_end_is_put_off(ctx, world):
    piece = ending(world, date(2026, 11, 21))
    keep_lifetimes(ctx)
    assert (piece.state, world.sites["one"].state) == ("past_life", "past_life")
    assert [step.action for step in steps_of(ctx.session, "equipment", piece.id)][-1] == "outlive"
    piece.safe_life_to = date(2027, 11, 21)
    keep_lifetimes(ctx)
    assert (piece.state, world.sites["one"].state) == ("normal", "normal")


@pytest.mark.parametrize("state", ["faulty", "repairing", "out_of_use", "in_stock"])
def test_other_states_stay_and_a_piece_on_its_last_day_too(ctx, world, state):
    first, second = ending(world, date(2026, 1, 1), state=state), ending(world, date(2026, 11, 22), piece="two_1")
    keep_lifetimes(ctx)
    assert (first.state, second.state) == (state, "normal")
