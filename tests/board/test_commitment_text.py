"""What is written as a pledge, and the commitments that it makes; what is not sure is told to its writer."""

from __future__ import annotations

import random
from functools import cache
from itertools import combinations

import pytest
from board.playing import play, position, step
from hypothesis import given
from hypothesis import strategies as st

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.commitment_text import LONGEST, read_commitment
from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.possible import possible_orders
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.terrain import MAPS

SPRING = Board().situation("GERMANY")
LATER = position(
    {"FRANCE": ["A PAR", "F MAO", "F BRE"], "ITALY": ["A VEN", "F TUN"], "ENGLAND": ["F LON", "A YOR"]},
    centers={"FRANCE": ["PAR", "BRE", "MAR"], "ITALY": ["VEN", "ROM"], "ENGLAND": ["LON"], "RUSSIA": ["STP"]},
    phase="F1902M",
).situation("FRANCE")


def said(text: str, situation: Situation = SPRING, *readers: str) -> list[str]:
    line = read_commitment(text, situation, readers or ("ITALY",))
    assert line.reason is None, line.reason
    assert all(Commitment(str(one)) == one for one in line.commitments)
    return list(line.commitments)


def refused(text: str, situation: Situation = SPRING, *readers: str) -> str:
    line = read_commitment(text, situation, readers or ("ITALY",))
    assert line.commitments == (), text
    assert line.reason is not None
    assert "\n" not in line.reason
    return line.reason


SPELLINGS = {
    "A MUN - TYR": """A MUN-TYR | army Munich to Tyrolia | "A MUN -> TYR" | Germany: A MUN - TYR
        | I pledge: A MUN - TYR | 1. A MUN - TYR
        | I will move A MUN to TYR""",
    "A MUN S A VEN - TYR": "A MUN S A VEN-TYR | Munich supports Venice to Tyrolia",
    "A MUN H": "A MUN holds | hold A MUN",
    "not A MUN - TYR": """no A MUN - TYR | A MUN does not move to TYR | I will not order A MUN - TYR | never A MUN - TYR
        | A MUN won't go to Tyrolia | A MUN not - TYR""",
    "out of ENG": """out of eng. | DMZ ENG | ENG DMZ | DMZ: English Channel | the English Channel is demilitarized
        | demilitarise ENG | demilitarize the English Channel | stay out of the English Channel | I stay out of ENG
        | stays out of ENG | keep out of ENG | keep all my units out of ENG | will not enter ENG
        | I won't enter the English Channel | no units in ENG | no units of mine in ENG | leave ENG empty
        | keep the English Channel empty | not into ENG | no move to ENG | not move into ENG | vacate ENG
        | I promise to stay out of ENG | my units will stay out of ENG
        | Germany stays out of ENG | no German units in ENG | leave ENG alone | pledge: out of ENG""",
    "out of TYR": "no attack on Tyrolia | not attack TYR",
    "out of STP": "DMZ St. Petersburg | out of STP/SC | keep STP (north coast) empty",
    "peace FRANCE": """PCE FRA | peace with france | no attack on France | not attack the French
        | I will not attack France | non-aggression with France
        | non-aggression pact with France | truce with France | alliance with France
        | ALY FRA | NAP with France | at peace with France | I promise not to attack France
        | no hostilities against France | no war with FRANCE""",
    "peace ITALY": """peace | PCE | peace with you | no attack on you | alliance
        | I will not attack you | non-aggression""",
    "peace ENGLAND": "PCE ENG | peace with Britain | no attack on ENG",
    "A MUN stays": """A MUN stays in Munich | A MUN holds its place | A MUN does not move | A MUN keeps its place
        | A MUN remains in Munich | leave A MUN where it is | keep A MUN in place | A MUN will stay | my A MUN stays put
        | hold the line A MUN | do not move A MUN | Munich stays | A MUN doesn't move
        | A MUN will not move from Munich | A MUN to stay | a mun will not leave Munich""",
    "F KIE B": "build F KIE | build a fleet in Kiel | F KIE build | I will build F KIE | build F KIE this winter",
    "not F KIE B": "no F KIE B | will not build F KIE | no build of F KIE | not build a fleet in Kiel",
    "A MUN D": "disband A MUN | remove the army in Munich",
    "out of ENG until F1902": """out of ENG until fall 1902 | out of ENG through Fall 1902 | out of ENG until 1902
        | until autumn 1902: DMZ ENG | stay out of ENG, until the end of 1902 | out of ENG until F1902R
        | I will not enter ENG through fall of 1902 | until F1902 out of ENG | out of ENG (until F1902)""",
    "out of ENG until S1903": "out of ENG till spring 1903 | out of ENG until Spring, 1903 | out of ENG until S1903M",
    "out of ENG until W1901": "out of ENG until winter | out of ENG until winter 1901",
    "out of ENG until S1902": "out of ENG until spring next year",
    "out of ENG until F1901": "out of ENG this year | out of ENG until fall | out of ENG for the whole year",
    "out of BUR": """out of BUR this season | this turn: out of BUR | stay out of BUR for this phase
        | out of BUR for now""",
    "out of ENG while kept": """out of ENG as long as you do | out of ENG as long as it is kept | out of ENG, mutual
        | mutual DMZ ENG | out of ENG for as long as you keep to it | stay out of ENG while you do the same""",
    "peace FRANCE until F1902 while kept": "mutual peace with France until F1902 | peace FRANCE while kept until 1902",
    "A MUN - TYR unless ITALY: peace GERMANY": "if ITALY attacks me: A MUN - TYR | A MUN - TYR if you attack me",
    "out of TYR if ITALY: out of TYR": """out of TYR unless Italy enters TYR | DMZ TYR while ITALY stays out of TYR
        | unless you enter TYR: out of TYR""",
    "out of TYR if ITALY: A VEN H": """out of TYR if Italy holds A VEN | if ITALY: A VEN H, out of TYR
        | out of TYR if ITALY A VEN H | if Italy holds A VEN then I stay out of TYR | out of TYR if you: A VEN H
        | out of TYR as long as Italy holds A VEN | out of TYR, provided that ITALY: A VEN H""",
    "out of TYR unless ITALY: A VEN - TRI": """out of TYR unless Italy moves A VEN to Trieste
        | unless you: A VEN - TRI, DMZ TYR""",
    "peace ITALY if ITALY: peace GERMANY": """peace unless ITALY attacks me | peace if you do not attack me
        | no attack on you unless you attack me | peace ITALY if ITALY: peace
        | peace with Italy if Italy keeps peace with me""",
    "A MUN - BOH until F1902 if ITALY: out of TYR": """A MUN - BOH if you stay out of TYR until F1902
        | if Italy stays out of Tyrolia until F1902, A MUN - BOH""",
    "withdraw out of ENG": """I withdraw out of ENG | retract DMZ ENG | take back my promise to stay out of ENG
        | cancel out of ENG | revoke the promise to keep out of the English Channel""",
    "withdraw all": "withdraw everything | cancel all my promises | take back all of it | I retract all pledges",
    "release A VEN S A MUN - TYR": "release you from A VEN S A MUN - TYR | free Italy from A VEN S A MUN - TYR",
    "release peace GERMANY": "release you from peace | let you off the peace with me",
    "release all": "release you from all | free you of all your promises | let you off everything",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meant"),
    [(text.strip(), meant) for meant, texts in SPELLINGS.items() for text in (meant, *texts.split("|"))],
)
def test_a_spelling_is_read_as_what_it_says(text, meant):
    assert said(text) == [meant]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hold the line A MUN, A BER", ["A MUN stays", "A BER stays"]),
        ("A MUN and F KIE hold their places", ["A MUN stays", "F KIE stays"]),
        ("DMZ ENG, BUR and Ruhr", ["out of ENG", "out of BUR", "out of RUH"]),
        ("out of ENG and peace FRANCE", ["out of ENG", "peace FRANCE"]),
        ("- A MUN - TYR\n- peace FRANCE", ["A MUN - TYR", "peace FRANCE"]),
        ("A MUN - TYR, A BER - KIE", ["A MUN - TYR", "A BER - KIE"]),
        ("A MUN - TYR, not A BER - KIE; PCE FRA", ["A MUN - TYR", "not A BER - KIE", "peace FRANCE"]),
        ("ALY FRA ENG until F1903", ["peace ENGLAND until F1903", "peace FRANCE until F1903"]),
        ("peace with Italy, France and Russia", ["peace FRANCE", "peace ITALY", "peace RUSSIA"]),
        ("withdraw out of ENG and BUR", ["withdraw out of ENG", "withdraw out of BUR"]),
    ],
)
def test_a_text_that_says_several_things_makes_several_commitments(text, meant):
    assert said(text) == meant


def test_bare_peace_is_with_every_reader():
    assert said("peace until F1902", SPRING, "FRANCE", "ITALY") == [
        "peace FRANCE until F1902",
        "peace ITALY until F1902",
    ]
    assert len(said("PCE", SPRING, "ALL")) == 6
    assert "say with whom" in read_commitment("peace", SPRING).reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing is written"),
        ("nonsense", "not understood; write A BER - KIE, not A BER - KIE, out of KIE, peace AUSTRIA or A BER stays"),
        ("A MUN - TYR?", "a question promises nothing"),
        ("A MUN - MOS", "Moscow is not next to Munich; it can move to"),
        ("A PAR - BUR", "A PAR belongs to France; your units are A BER, A MUN, F KIE"),
        ("not A MUN - MOS", "Moscow is not next to Munich"),
        ("A MUN R BOH", "a retreat cannot be pledged"),
        ("WAIVE", "say which unit"),
        ("F MUN B", "write A MUN B"),
        ("build Kiel", "write A KIE B or F KIE B"),
        ("A VIE B", "GERMANY builds in BER, KIE, MUN, not in VIE"),
        ("A TYR D", "GERMANY has no unit in TYR"),
        ("A VEN stays", "GERMANY has no unit in VEN; its units are A BER, A MUN, F KIE"),
        ("A MUN stays in Berlin", "A MUN does not stand in"),
        ("out of SWI", "no unit can enter Switzerland"),
        ("out of LIV", "LIV may be LVN or LVP"),
        ("out of Atlantis", "not understood"),
        ("peace GERMANY", "GERMANY itself promises this"),
        ("peace Atlantis", "is no power"),
        ("peace with the English Channel", "is no power"),
        ("peace all but France", "is no power"),
        ("out of ENG until 1900", "F1900 is over; this is S1901M"),
        ("out of ENG until spring", "spring is now or in a year; write until S1902"),
        ("out of ENG until F1902 until S1903", "write one of them"),
        ("out of ENG until I say so", "not understood"),
        ("out of TYR if AUSTRIA: A VEN H", "A VEN belongs to Italy; your units are"),
        ("out of TYR if ITALY: A VEN - MOS", "Moscow is not next to Venice"),
        ("out of TYR if Atlantis: A VEN H", "is no other power in the game"),
        ("out of TYR if GERMANY: A MUN H", "is no other power in the game"),
        ("out of TYR if A VEN H", "who must do what is not understood"),
        ("out of TYR if ITALY: A VEN H, F NAP H", "2 orders in one text"),
        ("out of TYR if ITALY: out of TYR, BOH", "a condition asks one thing"),
        ("out of TYR if AUSTRIA: peace with you", "name the powers in"),
        ("out of TYR if you lie", "'lie' of ITALY: not understood"),
        ("A MUN - TYR if you help me", "not understood"),
        ("withdraw", "say which promise, or write withdraw all"),
        ("withdraw my promise", "say which promise, or write withdraw all"),
        ("release FRANCE from all", "leave other names out"),
        ("out of ENG, peace FRANCE until F1902", "what belongs to which pledge is not sure"),
        ("not A MUN - TYR and A BER - KIE", "what belongs to which pledge is not sure"),
        ("withdraw out of ENG, A BER - KIE", "what belongs to which pledge is not sure"),
        ("x" * (LONGEST + 1), "201 characters are too long for a pledge"),
    ],
)
def test_what_is_not_sure_is_refused_with_a_reason_that_helps(text, why):
    assert why in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "not out of ENG", "never out of ENG", "I will not stay out of ENG", "no DMZ in ENG", "not keep out of ENG",
        "not peace FRANCE", "no peace with France", "no alliance with France", "I do not promise peace with France",
        "not A MUN stays", "A MUN will not stay", "A MUN not stays", "A MUN does not hold its place",
        "not hold the line A MUN",
        "not not A MUN - TYR", "A MUN - TYR (nicht)", "A MUN - TYR, but not really", "A MUN - TYR maybe",
        "A MUN - TYR or TYR",
        "A MUN - TYR or A MUN - BOH", "A MUN - TYR unless it rains", "A MUN - TYR # if I like",
        "A MUN - TYR except in 1902",
        "not withdraw out of ENG", "I won't release you from all", "attack France", "enter ENG", "A MUN - TYR in 1905",
        "A MUN - TYR 1905", "A MUN D A MUN - TYR",
        "out of ENG 1902", "leave ENG", "out of ENG but not BUR", "out of ENG or BUR", "peace FRANCE or ITALY",
        "war with France",
        "not attack France with A MUN", "kein A MUN - TYR", "ne pas A MUN - TYR", "out of ENG pas", "A MUN stays nicht",
    ],
)  # fmt: skip
def test_a_word_that_turns_or_weakens_a_promise_is_never_lost(text):
    refused(text)


def test_terms_are_read_from_the_phase_in_which_they_are_written():
    assert said("out of ENG this year", LATER) == ["out of ENG until F1902"]
    assert said("out of ENG until spring", LATER) == ["out of ENG until S1903"]
    assert said("out of ENG until F1902", LATER) == ["out of ENG until F1902"]
    assert said("out of ENG until 1950", LATER) == ["out of ENG until F1950"]
    assert "S1902 is over; this is F1902M" in refused("out of ENG until spring 1902", LATER)
    assert "fall is now or in a year; write until F1903" in refused("out of ENG until fall", LATER)


def test_powers_that_are_out_of_the_game_are_nobody_to_promise_to():
    assert "TURKEY is out of the game" in refused("peace TURKEY", LATER)
    assert said("peace RUSSIA", LATER) == ["peace RUSSIA"]
    assert "is no other power in the game" in refused("out of ENG if TURKEY: peace FRANCE", LATER)
    assert said("peace", LATER, "TURKEY", "ITALY") == ["peace ITALY"]


def test_a_coast_that_is_not_written_is_any():
    assert said("F MAO - SPA", LATER) == ["F MAO - SPA"]
    assert said("F MAO - SPA/SC", LATER) == ["F MAO - SPA/SC"]
    russia = Board().situation("RUSSIA")
    assert said("F STP B", russia) == ["F STP B"]
    assert said("no F STP/NC B", russia) == ["not F STP/NC B"]


def test_you_is_the_only_reader():
    assert said("out of ENG if you: A YOR H", LATER, "ENGLAND") == ["out of ENG if ENGLAND: A YOR H"]
    assert "several read this" in refused("out of ENG if you: A YOR H", LATER, "ENGLAND", "ITALY")
    assert said("withdraw A PIC - BEL until F1902", LATER) == ["withdraw A PIC - BEL until F1902"]


@cache
def _situations() -> tuple[Situation, ...]:
    found = []
    for seed, map_name in enumerate(MAPS):
        board, rng = play(Board(map_name), random.Random(seed), 3 * seed), random.Random(seed)
        while not board.completed and board.phase.kind != "M":
            step(board, rng)
        found += [board.situation(power) for power in board.survivors if not board.completed]
    return tuple(found)


def _promise(draw: st.DrawFn, situation: Situation, others: list[str]) -> str:
    ground = situation.terrain
    choices = [f"out of {draw(st.sampled_from(ground.provinces))}", f"peace {draw(st.sampled_from(others))}"]
    if own := situation.own_units:
        order = draw(st.sampled_from([order for orders in situation.legal_orders.values() for order in orders]))
        choices += [order, f"not {order}", f"{draw(st.sampled_from(own))} stays", f"{own[0]} D", f"not {own[0]} D"]
    if homes := situation.homes[situation.power]:
        choices.append(f"A {homes[0]} B")
    return draw(st.sampled_from(choices))


@st.composite
def canonical(draw: st.DrawFn, situation: Situation | None = None) -> tuple[str, Situation]:
    situation = situation or draw(st.sampled_from([one for one in _situations() if len(one.survivors) > 1]))
    others = [power for power in situation.survivors if power != situation.power]
    text = _promise(draw, situation, others)
    year = situation.year + draw(st.integers(1, 30))
    text += draw(st.sampled_from(["", f" until F{year:04}", f" until W{year:04}"])) + draw(
        st.sampled_from(["", " while kept"])
    )
    if draw(st.booleans()):
        other = draw(st.sampled_from(others))
        asked = [order for orders in possible_orders(situation, other).values() for order in orders]
        choices = [*asked[:40], f"peace {situation.power}", f"out of {situation.terrain.provinces[0]}"]
        text += f" {draw(st.sampled_from(['if', 'unless']))} {other}: {draw(st.sampled_from(choices))}"
    return text, situation


@given(canonical())
def test_the_notation_is_read_as_it_stands(written):
    text, situation = written
    assert Commitment(text)
    assert said(text, situation) == [text]
    assert said(f"  {text.replace('while kept', 'WHILE KEPT')}. ", situation) == [text]
    assert said(f"withdraw {text}", situation) == [f"withdraw {text}"]


@given(st.data(), st.sampled_from([", ", "; ", " and ", "\n"]))
def test_two_in_one_text_are_both_read_or_none(data, between):
    one, situation = data.draw(canonical())
    other, _ = data.draw(canonical(situation))
    line = read_commitment(f"{one}{between}{other}", situation, ("ITALY",))
    if line.reason is None:
        assert {*line.commitments} == {one, other}


TURNS = (
    "not", "no", "never", "nicht", "pas", "maybe", "perhaps", "or", "except", "unless", "hardly", "without",
    "nor", "kein",
)  # fmt: skip


@given(canonical(), st.sampled_from(TURNS), st.integers(0, 12))
def test_a_word_more_is_read_or_the_text_is_refused(written, word, place):
    text, situation = written
    words = text.split()
    words.insert(place % (len(words) + 1), word)
    line = read_commitment(" ".join(words), situation, ("ITALY",))
    if line.reason is None:
        assert word in ("not", "no", "never")
        (made,) = line.commitments
        assert sorted(made.split()) == sorted([*text.split(), "not"])


WORDS = (
    "A", "F", "MUN", "BER", "TYR", "-", "S", "C", "H", "VIA", "not", "no", "out", "of", "peace", "stays", "until",
    "while", "kept", "if", "unless", ":", ",", "and", "F1902", "1902", "ITALY", "FRANCE", "you", "withdraw", "release",
    "all", "DMZ", "ENG", "fall", "this", "year", "mutual", "attack", "move", "build", "B", "D", "(", ")", "?",
    "'", "\n", "\ud800", "\u200b", "\u0130", "\ufdfa",
)  # fmt: skip


@given(st.text(max_size=500) | st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_whatever_is_written_something_is_said_about_it(text):
    for situation in (SPRING, LATER):
        line = read_commitment(text, situation, ("ITALY", "ALL"))
        assert (line.reason is None) == bool(line.commitments)
        assert all(Commitment(one) == one and "," not in one for one in line.commitments)
        assert len(line.text) <= 200


@pytest.mark.parametrize("kind", ["R", "A", "COMPLETED"])
def test_nothing_raises_in_other_phases(kind):
    board, rng = Board(), random.Random(3)
    while not board.completed and board.phase.kind != kind and len(board.phase) < 7:
        if kind == "COMPLETED" and board.phase.year > 1903:
            board.draw(board.survivors)
        else:
            step(board, rng)
    for text in (
        "A MUN - TYR",
        "peace FRANCE",
        "F KIE B",
        "out of ENG if ITALY: A VEN H",
        "release A VEN H",
        "until fall",
    ):
        assert read_commitment(text, board.situation("GERMANY"), ("ITALY",)).text == text


def test_what_others_can_be_ordered_is_what_the_engine_lets_them():
    for situation in _situations():
        assert possible_orders(situation, situation.power) == situation.legal_orders


def test_promises_that_differ_in_the_notation_differ_when_read():
    texts = ["out of ENG", "peace ENGLAND", "A MUN stays", "A MUN H", "not A MUN H", "A MUN D", "A MUN B"]
    assert all(said(one) != said(other) for one, other in combinations(texts, 2))
