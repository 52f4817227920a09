"""Memory: what an agent keeps, what it lets go, and when a summary comes in force."""

import pytest

from ai_diplomacy.agent.memory import MAX_ENTRY, MAX_GOAL, MAX_GOALS, Memory, Summary
from ai_diplomacy.board.phase import Phase


def test_everyone_is_neutral_until_something_else_is_said():
    memory = Memory()
    memory.meet(["ITALY", "TURKEY"])
    memory.feel({"ITALY": "Ally", "ATLANTIS": "Enemy"})
    memory.meet(["ITALY", "TURKEY"])
    assert memory.relationships == {"ITALY": "Ally", "TURKEY": "Neutral"}


def test_entries_and_goals_are_kept_within_bounds():
    memory = Memory()
    assert memory.note(Phase("S1901M"), "order", " " * 10) == ""
    assert len(memory.note(Phase("S1901M"), "order", "x" * 5000)) == MAX_ENTRY
    memory.aim(["a" * 5000, *("goal" for _ in range(20))])
    assert len(memory.goals) == MAX_GOALS
    assert len(memory.goals[0]) == MAX_GOAL
    memory.aim([" "])
    assert len(memory.goals) == MAX_GOALS


def test_a_summary_replaces_the_entries_of_its_years_once_it_is_settled():
    memory = Memory()
    memory.note(Phase("F1901M"), "order", "old")
    memory.note(Phase("S1902M"), "order", "recent")
    memory.staged["consolidate"] = Memory(past=Summary(1901, "what was"))
    memory.settle(["reflect"])
    assert [entry.text for entry in memory.unsummarised()] == ["old", "recent"]
    memory.settle(["reflect", "consolidate"])
    assert [entry.text for entry in memory.unsummarised()] == ["recent"]
    assert memory.past == Summary(1901, "what was")
    memory.settle(["consolidate"])
    assert memory.past == Summary(1901, "what was")


def test_a_reflection_counts_from_where_it_is_joined_on_and_keeps_what_was_noted_meanwhile():
    memory = Memory(goals=("grow",))
    memory.meet(["ITALY", "TURKEY"])
    written = Memory(goals=("shrink",), relationships={"ITALY": "Enemy"})
    written.note(Phase("F1901M"), "reflect", "Italy lied")
    memory.staged["reflect"] = written
    memory.note(Phase("W1901A"), "order", "built nothing")
    assert (memory.goals, memory.relationships["ITALY"]) == (("grow",), "Neutral")
    memory.settle(["reflect"])
    assert (memory.goals, memory.relationships) == (("shrink",), {"ITALY": "Enemy", "TURKEY": "Neutral"})
    assert list(map(str, memory.diary)) == ["W1901A: built nothing", "F1901M: Italy lied"]


def staging(memory, step, goal):
    written = Memory(goals=(goal,))
    written.note(Phase("F1901M"), step, goal)
    memory.staged[step] = written


def fail(memory, step, *changes, beside=False):
    def fault():
        raise ValueError("fault")

    with pytest.raises(ValueError, match="fault"), memory.whole(step, beside=beside):  # noqa: PT012
        for change in (*changes, fault):
            change()


def test_what_a_failed_step_had_put_in_force_waits_for_the_next_one():
    memory = Memory(goals=("grow",))
    memory.note(Phase("S1901M"), "order", "kept")
    staging(memory, "reflect", "shrink")
    fail(
        memory,
        "negotiate",
        lambda: memory.settle(["reflect", "consolidate"]),
        lambda: memory.note(Phase("S1902M"), "negotiate", "lost"),
        lambda: staging(memory, "consolidate", "meanwhile"),
    )
    assert memory.goals == ("grow",)
    assert [entry.text for entry in memory.diary] == ["kept"]
    assert memory.staged.keys() == {"reflect", "consolidate"}
    memory.settle(["reflect"])
    assert memory.goals == ("shrink",)


@pytest.mark.parametrize("beside", [False, True])
def test_a_step_that_fails_leaves_nothing_staged(beside):
    memory = Memory()
    fail(memory, "reflect", lambda: staging(memory, "reflect", "shrink"), beside=beside)
    assert memory.staged == {}


def test_a_step_that_fails_beside_others_takes_nothing_of_theirs_away():
    memory = Memory(goals=("grow",))
    fail(memory, "reflect", lambda: memory.note(Phase("W1901A"), "order", "built nothing"), beside=True)
    assert [entry.text for entry in memory.diary] == ["built nothing"]


def test_a_plan_is_known_in_its_own_phase_only():
    memory = Memory(directive="take Belgium", directive_phase="F1901M")
    assert memory.mind(Phase("F1901M")).directive == "take Belgium"
    assert memory.mind(Phase("W1901A")).directive == ""
