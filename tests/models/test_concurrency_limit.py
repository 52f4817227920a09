"""The limit on calls in flight: within its bounds whatever happens, one cut an episode, and it always comes back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ai_diplomacy.models.concurrency_limit import EPISODE, START, Change, ConcurrencyLimit

HISTORIES = st.lists(
    st.tuples(st.floats(0, 60), st.sampled_from(["answered", "refused"]), st.floats(0, 130), st.floats(0, 1)),
    max_size=200,
)


def full_round(limit: ConcurrencyLimit, now: float) -> Change | None:
    """As many answers as the limit, all of it in use. Returns the last change."""
    change = None
    for _ in range(limit.limit):
        limit.sent(limit.limit)
        change = limit.answered(now, limit.limit - 1)
    return change


def test_it_doubles_every_clean_round_until_the_first_refusal():
    limit = ConcurrencyLimit(500)
    assert [limit.limit, *(full_round(limit, 0).after for _ in range(5))] == [20, 40, 80, 160, 320, 500]


def test_after_a_refusal_it_grows_by_a_twentieth():
    limit = ConcurrencyLimit(500)
    full_round(limit, 0)
    full_round(limit, 0)
    assert limit.refused(10, held_until=10) == Change(80, 64)
    assert full_round(limit, 10 + EPISODE) == Change(64, 67)


def test_a_limit_that_is_not_used_does_not_grow():
    limit = ConcurrencyLimit(500)
    for _ in range(100):
        limit.sent(15)
        limit.answered(0, 14)
    assert limit.limit == START
    for _ in range(40):
        limit.sent(16)
        limit.answered(0, 15)
    assert limit.limit == 2 * START


def test_one_episode_is_cut_once_and_lasts_as_long_as_the_cool_down():
    limit = ConcurrencyLimit(500)
    assert limit.refused(0, held_until=60) == Change(20, 16)
    assert limit.refused(30, held_until=60) is None
    assert full_round(limit, 59) is None
    assert limit.refused(60, held_until=60) == Change(16, 12)


def test_a_fixed_limit_stays():
    limit = ConcurrencyLimit(500, fixed=7)
    full_round(limit, 0)
    limit.refused(100, held_until=200)
    assert limit.limit == 7
    assert ConcurrencyLimit(5, fixed=7).limit == 5


@settings(deadline=None)
@given(ceiling=st.integers(1, 300), history=HISTORIES)
def test_it_never_leaves_its_bounds_and_never_cuts_twice_in_an_episode(ceiling, history):
    limit, now, last_cut = ConcurrencyLimit(ceiling), 0.0, -EPISODE
    for pause, what, hold, used in history:
        now += pause
        limit.sent(round(used * limit.limit))
        change = limit.answered(now, 0) if what == "answered" else limit.refused(now, held_until=now + hold)
        if change is not None and change.after < change.before:
            assert what == "refused"
            assert now - last_cut >= EPISODE
            last_cut = now
        assert 1 <= limit.limit <= ceiling


@settings(deadline=None)
@given(ceiling=st.integers(1, 300), history=HISTORIES)
def test_whatever_happened_clean_rounds_bring_it_back(ceiling, history):
    limit, now = ConcurrencyLimit(ceiling), 0.0
    for pause, what, hold, _ in history:
        now += pause
        limit.sent(limit.limit)
        _ = limit.answered(now, 0) if what == "answered" else limit.refused(now, held_until=now + hold)
    rounds = 0
    while limit.limit < ceiling:
        rounds += 1
        full_round(limit, now + 200)
        assert rounds < 150
