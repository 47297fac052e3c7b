from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from shuhua_core.kernel.numbering import Numbering


def test_a_number_reads_as_people_say_it(ctx):
    numbers = ctx.deployment.numbers
    assert numbers.take(ctx.session, "XX", ctx.now).endswith("-0001")
    assert numbers.take(ctx.session, "XX", ctx.now) == "XX20261122-0002"
    assert numbers.take(ctx.session, "YY", ctx.now) == "YY20261122-0001"


def test_the_day_is_that_of_the_deployment(ctx):
    before_midnight = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    numbers = ctx.deployment.numbers
    assert numbers.take(ctx.session, "ZZ", before_midnight).startswith("ZZ20261121-")
    assert numbers.take(ctx.session, "ZZ", after_midnight).startswith("ZZ20261122-")


def test_the_rule_is_a_setting(deployment):
    numbers = Numbering(deployment.database, deployment.settings.timezone, "{prefix}-{date}-{n:06d}")
    with deployment.database.write() as session:
        assert numbers.take(session, "BX", deployment.clock.now()) == "BX-20261122-000001"


def test_parallel_takers_get_no_twins(deployment):
    def take(_number):
        with deployment.database.write() as session:
            return deployment.numbers.take(session, "BX", deployment.clock.now())

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(take, range(60)))
    assert len(set(numbers)) == 60


def test_two_processes_get_no_twins(deployment):
    others = [Numbering(deployment.database, deployment.settings.timezone) for _process in range(3)]
    with deployment.database.write() as session:
        numbers = [each.take(session, "BX", deployment.clock.now()) for _round in range(30) for each in others]
    assert len(set(numbers)) == 90


@pytest.mark.postgres
def test_a_number_that_was_taken_does_not_make_the_next_one_wait(deployment):
    with deployment.database.write() as first, deployment.database.write() as second:
        one = deployment.numbers.take(first, "BX", deployment.clock.now())
        other = Numbering(deployment.database, deployment.settings.timezone).take(second, "BX", deployment.clock.now())
    assert one != other


@pytest.mark.sqlite
def test_a_number_of_a_transaction_that_rolled_back_is_taken_again(deployment):
    def fail():
        with deployment.database.write() as session:
            deployment.numbers.take(session, "BX", deployment.clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with deployment.database.write() as session:
        assert deployment.numbers.take(session, "BX", deployment.clock.now()) == "BX20261122-0001"
