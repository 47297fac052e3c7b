"""The database keeps an index of texts that finds all that a comparison of every row finds, whatever happens to the rows."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update

from shuhua_core.archives.models import Customer
from shuhua_core.kernel.text_index import INDEXES, TextIndex

MADE = datetime(2026, 1, 1, tzinfo=UTC)
PIECES = [
    "漫步机",
    "踏板",
    "松动",
    "AIR Walker",
    "Ａ座",
    "路 12 号",
    "100%",
    "_x",
    "o'neill",
    'say "no"',
    "\\",
    "*",
    "-",
    "É",
    "𠮷",
    "🏃",
    " ",
]
INDEX = INDEXES["customers"]


def some_text(chance):
    return "".join(chance.choices(PIECES, k=chance.randint(0, 4)))


def columns(chance, number):
    return {
        "number": f"G{chance.randrange(100)}-{number}",
        "name": some_text(chance) or "甲",
        "kind": "school",
        "address": chance.choice([None, some_text(chance)]),
        "contact_name": chance.choice([None, "", some_text(chance)]),
        "created_at": MADE,
        "updated_at": MADE,
    }


def stir(session, seed, turns=60):
    """Customers come, change and go, one by one and in bulk, by the ORM and beside it."""
    chance = random.Random(seed)
    for turn in range(turns):
        ids = session.scalars(select(Customer.id).where(Customer.number.like("G%"))).all()
        what = chance.choice(["add", "bulk", "edit", "many", "drop", "undo"])
        if what == "add" or not ids:
            session.add(Customer(**columns(chance, f"{seed}-{turn}")))
        elif what == "bulk":
            session.execute(insert(Customer.__table__), [columns(chance, f"{seed}-{turn}-{n}") for n in range(4)])
        elif what == "edit":
            customer = session.get(Customer, chance.choice(ids))
            customer.name, customer.address = some_text(chance) or "乙", some_text(chance)
        elif what == "many":
            session.execute(update(Customer).where(Customer.id.in_(ids[:3])).values(contact_name=some_text(chance)))
        elif what == "drop":
            session.execute(delete(Customer).where(Customer.id == chance.choice(ids)))
        else:
            savepoint = session.begin_nested()
            session.execute(insert(Customer.__table__), columns(chance, f"{seed}-{turn}-undone"))
            session.execute(update(Customer).values(address="undone"))
            savepoint.rollback()
            session.expire_all()
        session.flush()


def grams(session):
    """All that the index holds: (gram, row)."""
    session.execute(text(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.held USING fts5vocab('main', '{INDEX.name}', 'instance')"))
    held = session.execute(text("SELECT term, doc FROM temp.held")).all()
    assert len(held) == len(set(held))
    return set(held)


@pytest.mark.sqlite
@pytest.mark.parametrize("seed", range(3))
def test_what_the_triggers_keep_equals_an_index_made_anew(ctx, seed):
    stir(ctx.session, seed)
    kept = grams(ctx.session)
    INDEX.rebuild(ctx.session)
    assert kept == grams(ctx.session)
    assert len(kept) > 100


@pytest.mark.sqlite
def test_without_a_trigger_an_index_made_anew_differs(ctx):
    ctx.session.execute(text(f"DROP TRIGGER {INDEX.name}_update"))
    stir(ctx.session, 1)
    kept = grams(ctx.session)
    INDEX.rebuild(ctx.session)
    assert kept != grams(ctx.session)


@pytest.mark.parametrize("seed", range(3))
def test_all_that_stands_in_a_row_is_found(ctx, seed):
    session, dialect = ctx.session, ctx.session.get_bind().dialect.name
    stir(session, seed)
    if dialect == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    rows = session.execute(select(Customer.id, Customer.number, Customer.name, Customer.address, Customer.contact_name)).all()
    query = select(Customer.id)
    for customer_id, number, *texts in rows:
        for whole in filter(None, texts):
            for length in (1, 2, 3, len(whole)):
                for at in range(max(1, len(whole) - length + 1)):
                    wanted = whole[at : at + length]
                    assert customer_id in session.scalars(INDEX.texts_with(query, dialect, wanted)).all(), wanted
        assert customer_id in session.scalars(INDEX.codes_with(query, dialect, number[1:])).all()
        assert customer_id in session.scalars(INDEX.codes_with(query, dialect, number[-2:])).all()


def test_an_index_is_asked_and_not_each_row(ctx):
    session, dialect = ctx.session, ctx.session.get_bind().dialect.name
    assert session.scalars(INDEX.texts_with(select(Customer.id), dialect, "绝无此词")).all() == []
    asked = INDEX.texts_with(select(Customer.id), dialect, "松动").compile(
        session.get_bind(), compile_kwargs={"literal_binds": True}
    )
    explain = "EXPLAIN QUERY PLAN " if dialect == "sqlite" else "EXPLAIN "
    if dialect == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(str(row) for row in session.connection().exec_driver_sql(explain + str(asked)).all())
    assert ("VIRTUAL TABLE INDEX" if dialect == "sqlite" else f"Index Scan on {INDEX.name}") in plan


@pytest.mark.sqlite
def test_a_word_is_asked_for_by_all_its_pairs_and_a_part_of_one_by_its_beginning(ctx):
    session = ctx.session
    rows = [{**columns(random.Random(1), number), "name": name} for number, name in enumerate(["甲乙丙", "乙丙甲乙"])]
    session.execute(insert(Customer.__table__), rows)
    only = TextIndex("customers", ("name",), ())
    found = session.scalars(only.texts_with(select(Customer.name), "sqlite", "甲乙丙")).all()
    assert "甲乙丙" in found
    assert "乙丙甲乙" in found, "both pairs stand in it: that they stand apart, the caller sees"
    assert session.scalars(only.texts_with(select(Customer.name), "sqlite", "丙甲")).all() == ["乙丙甲乙"]
