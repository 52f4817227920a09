"""The phase program: what stands between two barriers, and how many calls a turn costs."""

from collections.abc import Iterable

import pytest

from ai_diplomacy.game import program

POWERS = ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")


def everyone(step: str, powers: Iterable[str]) -> tuple[str, ...]:
    return tuple(powers)


def movement(
    *, rounds, planning=False, provisional=False, carried=(), beside=False, joins=("reflect",), takers=everyone
):
    return program.movement(
        POWERS,
        rounds=rounds,
        planning=planning,
        provisional=provisional,
        carried=carried,
        beside=beside,
        joins=joins,
        takers=takers,
    )


def looking_back(*, beside, consolidate=False):
    return program.looking_back(POWERS, beside=beside, consolidate=consolidate, takers=everyone)


def test_with_two_rounds_a_turn_costs_28_calls_4_of_them_in_sequence():
    segments = movement(rounds=2, carried=looking_back(beside=False))
    assert sum(len(stage.actors) for segment in segments for stage in segment.stages) == 28
    assert sum(len(segment.chain("FRANCE")) for segment in segments) == 4
    assert [segment.barrier for segment in segments] == ["deliver", "deliver", "adjudicate"]
    assert [segment.left for segment in segments] == [3, 2, 1]


def test_what_is_left_of_the_turn_before_runs_into_the_first_round():
    first, *_ = movement(rounds=1, planning=True, carried=program.opening(POWERS, beside=False, takers=everyone))
    assert [(stage.step, stage.round) for stage in first.chain("ITALY")] == [("initialize", 0), ("negotiate", 1)]


def test_without_press_everything_runs_into_the_orders():
    (only,) = movement(rounds=0, planning=True, carried=program.opening(POWERS, beside=False, takers=everyone))
    assert [stage.step for stage in only.chain("ITALY")] == ["initialize", "plan", "order"]
    assert only.barrier == "adjudicate"


def test_a_power_without_a_step_has_no_part_in_it():
    def press_only_for_france(step: str, powers: Iterable[str]) -> tuple[str, ...]:
        return tuple(power for power in powers if step != "negotiate" or power == "FRANCE")

    first, _ = movement(rounds=1, takers=press_only_for_france)
    assert first.actors == ("FRANCE",)


@pytest.mark.parametrize("rounds", range(3))
def test_a_power_has_looked_back_before_its_first_step_of_the_next_movement_phase(rounds):
    first, *later = movement(rounds=rounds, planning=True, carried=looking_back(beside=False))
    reflect, *others = [stage for segment in (first, *later) for stage in segment.stages]
    assert (reflect.step, reflect.background) == ("reflect", False)
    assert {stage.joins for stage in others} == {("reflect",)}


@pytest.mark.parametrize(("rounds", "next_steps"), [(1, ["plan", "order"]), (2, ["negotiate", "plan", "order"])])
def test_beside_the_first_round_a_power_has_looked_back_before_its_second_or_its_orders(rounds, next_steps):
    first, *later = movement(rounds=rounds, planning=True, carried=looking_back(beside=True), beside=True)
    reflect, press = first.stages
    assert (reflect.background, press.joins) == (True, ())
    stages = [stage for segment in later for stage in segment.stages]
    assert [stage.step for stage in stages] == next_steps
    assert {stage.joins for stage in stages} == {("reflect",)}


def test_looking_back_runs_beside_retreats_and_winter_whose_orders_do_not_join_it():
    segment = program.decision(POWERS[:1], carried=looking_back(beside=True, consolidate=True), takers=everyone)
    assert [(stage.step, stage.background) for stage in segment.stages] == [
        ("reflect", True),
        ("consolidate", True),
        ("order", False),
    ]
    assert {stage.joins for stage in segment.stages} == {()}
    assert segment.actors == POWERS
    assert segment.ends_phase


@pytest.mark.parametrize("beside", [False, True])
def test_provisional_orders_stand_beside_each_round_and_nothing_of_their_phase_waits_for_them(beside):
    segments = movement(rounds=2, provisional=True, carried=looking_back(beside=beside), beside=beside)
    steps = [[(stage.step, stage.round, stage.background) for stage in segment.stages] for segment in segments]
    assert steps == [
        [("reflect", 0, beside), ("provisional", 0, True), ("negotiate", 1, False)],
        [("provisional", 1, True), ("negotiate", 2, False)],
        [("order", 0, False)],
    ]
    stages = [stage for segment in segments for stage in segment.stages]
    assert [stage for stage in stages if "provisional" in stage.joins] == [stages[1]]
    for asked, press in ((stages[1], stages[2]), (stages[3], stages[4])):
        assert {*asked.joins} - {"provisional"} == {*press.joins}


def test_without_press_nobody_is_asked_for_provisional_orders():
    (only,) = movement(rounds=0, provisional=True)
    assert [stage.step for stage in only.stages] == ["order"]
