"""The phase program: what stands between two barriers, and how many calls a turn costs."""

from collections.abc import Iterable

from ai_diplomacy.game import program

POWERS = ("AUSTRIA", "ENGLAND", "FRANCE", "GERMANY", "ITALY", "RUSSIA", "TURKEY")


def everyone(step: str, powers: Iterable[str]) -> tuple[str, ...]:
    return tuple(powers)


def test_with_two_rounds_a_turn_costs_28_calls_4_of_them_in_sequence():
    carried = program.turn_end(POWERS, consolidate=False, takers=everyone)
    segments = program.movement(POWERS, rounds=2, planning=False, carried=carried, takers=everyone)
    assert sum(len(stage.actors) for segment in segments for stage in segment.stages) == 28
    assert sum(len(segment.chain("FRANCE")) for segment in segments) == 4
    assert [segment.barrier for segment in segments] == ["deliver", "deliver", "adjudicate"]


def test_what_is_left_of_the_turn_before_runs_into_the_first_round():
    carried = program.opening(POWERS, everyone)
    first, *_ = program.movement(POWERS, rounds=1, planning=True, carried=carried, takers=everyone)
    assert [(stage.step, stage.round) for stage in first.chain("ITALY")] == [("initialize", 0), ("negotiate", 1)]


def test_without_press_everything_runs_into_the_orders():
    carried = program.opening(POWERS, everyone)
    (only,) = program.movement(POWERS, rounds=0, planning=True, carried=carried, takers=everyone)
    assert [stage.step for stage in only.chain("ITALY")] == ["initialize", "plan", "order"]
    assert only.barrier == "adjudicate"


def test_a_power_without_a_step_has_no_part_in_it():
    def press_only_for_france(step: str, powers: Iterable[str]) -> tuple[str, ...]:
        return tuple(power for power in powers if step != "negotiate" or power == "FRANCE")

    first, _ = program.movement(POWERS, rounds=1, planning=False, carried=(), takers=press_only_for_france)
    assert first.actors == ("FRANCE",)


def test_a_consolidation_runs_in_the_background_up_to_the_next_reflection():
    reflect, consolidate = program.turn_end(POWERS, consolidate=True, takers=everyone)
    assert (reflect.background, consolidate.background) == (False, True)
    assert (reflect.joins, consolidate.joins) == (("consolidate",), ())
