from shuhua_core.plugins.breaker import Breaker


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


def test_it_opens_after_the_last_failure_in_a_row_only():
    breaker = Breaker(3, 60, Seconds())
    breaker.failed()
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    breaker.failed()
    assert breaker.state == "closed"
    breaker.failed()
    assert (breaker.state, breaker.remaining) == ("open", 60)


def test_it_lets_one_trial_through_and_closes_when_that_succeeds():
    seconds = Seconds()
    breaker = Breaker(1, 60, seconds)
    breaker.failed()
    seconds.now = 60
    assert breaker.state == "half_open"
    breaker.failed()
    assert (breaker.state, breaker.remaining) == ("open", 60)
    seconds.now = 120
    breaker.succeeded()
    assert (breaker.state, breaker.failures) == ("closed", 0)
