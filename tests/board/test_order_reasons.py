"""Why an order does not stand: the sentence that its writer reads, and that what it suggests is legal."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from playing import adjudicate, position, random_orders, scattered, step

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.orders import interpret, read_order
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.terrain import MAPS, province_of
from ai_diplomacy.board.units import Unit


def reason(situation: Situation, text: str) -> str | None:
    line = read_order(text, situation)
    assert line.order is None
    return line.reason


EUROPE = position(
    {
        "FRANCE": ["A PAR", "A MAR", "F BRE", "F MAO", "F NTH", "A WAL", "F ROM", "A PIC"],
        "GERMANY": ["A MUN", "A BER", "F HEL"],
        "RUSSIA": ["F STP/SC", "A MOS"],
    }
).situation("FRANCE")
MOVEMENT = [
    # moves
    ("A PAR - MUN", "A PAR - MUN: Munich is not next to Paris; it can move to BRE, BUR, GAS, PIC"),
    ("Paris to Munich", "A PAR - MUN: Munich is not next to Paris; it can move to BRE, BUR, GAS, PIC"),
    ("A PAR - ENG", "A PAR - ENG: an army cannot go to sea; it can move to BRE, BUR, GAS, PIC"),
    ("F BRE - PAR", "F BRE - PAR: a fleet cannot go inland; it can move to ENG, GAS, MAO, PIC"),
    ("F ROM - VEN", "F ROM - VEN: Rome and Venice share no coast; it can move to NAP, TUS, TYS"),
    ("F MAO - SPA", "F MAO - SPA: Spain has two coasts; write SPA/NC or SPA/SC"),
    ("A PAR - PAR", "A PAR - PAR: it stands there already; write A PAR H to hold"),
    ("A PAR - SWI", "A PAR - SWI: no unit can enter Switzerland; it can move to BRE, BUR, GAS, PIC"),
    ("A PAR - BUR - MUN", "A PAR - BUR - MUN: one step only; it can move to BRE, BUR, GAS, PIC"),
    (
        "A WAL - NWY",
        "A WAL - NWY: Norway is not next to Wales and no fleets at sea can convoy it there; "
        "it can move to LON, LVP, YOR",
    ),
    (
        "A PIC - POR VIA CONVOY",
        "A PIC - POR VIA: Portugal is not next to Picardy and no fleets at sea can convoy it there; "
        "it can move to BEL, BRE, BUR, PAR",
    ),
    ("A MAR - BUD", "A MAR - BUD: Budapest is not next to Marseilles; it can move to BUR, GAS, PIE, SPA"),
    ("F BRE - ENG VIA", "F BRE - ENG VIA: a fleet cannot be convoyed; it can move to ENG, GAS, MAO, PIC"),
    (
        "A WAL - LON via A PIC",
        "A WAL - LON VIA: Picardy is not at sea; only a fleet at sea convoys; it can move to LON, LVP, YOR",
    ),
    # whose unit it is
    ("A MUN - BUR", "A MUN - BUR: A MUN belongs to Germany; your units are {units}"),
    ("F MUN - BUR", "F MUN - BUR: A MUN belongs to Germany; your units are {units}"),
    ("A KIE - RUH", "A KIE - RUH: no army stands in Kiel; your units are {units}"),
    ("Kiel holds", "KIE H: no unit stands in Kiel; your units are {units}"),
    # supports
    ("A PAR S A BUR - MUN", "A PAR S A BUR - MUN: no army stands in Burgundy; {supports}"),
    ("A PAR S A MAR - GAS - BRE", "A PAR S A MAR - GAS - BRE: one step only; {marseilles}"),
    ("A PAR S A PAR - BUR", "A PAR S A PAR - BUR: a unit cannot support itself; {to_burgundy}"),
    ("A PAR S A PIC - PAR", "A PAR S A PIC - PAR: a unit cannot support a move to where it stands; {picardy}"),
    (
        "A PAR S A MUN - TYR",
        "A PAR S A MUN - TYR: A PAR cannot move to Tyrolia itself, so cannot support there; {munich}",
    ),
    ("A PAR S A MUN", "A PAR S A MUN: A PAR cannot move to Munich itself, so cannot support there; {holding}"),
    ("A PAR S A MUN - PIC", "A PAR S A MUN - PIC: A MUN cannot move to Picardy; {to_picardy}"),
    (
        "A PAR S A PIC - PIC",
        "A PAR S A PIC - PIC: A PIC stands there already; write A PAR S A PIC to support it holding",
    ),
    ("A PAR S BUR", "A PAR S BUR: no unit stands in Burgundy; name the unit that you support; {any}"),
    (
        "F ROM S A WAL",
        "F ROM S A WAL: F ROM cannot move to Wales itself, so cannot support there; it can support no unit now",
    ),
    # convoys
    ("A PAR C A PIC - LON", "A PAR C A PIC - LON: only a fleet at sea can convoy"),
    ("F BRE C A PIC - LON", "F BRE C A PIC - LON: only a fleet at sea can convoy"),
    ("F NTH C A LON - NWY", "F NTH C A LON - NWY: no army stands in London"),
    ("F NTH C F BRE - NWY", "F NTH C F BRE - NWY: F BRE is a fleet; only an army is convoyed"),
    ("F MAO C A PAR - POR", "F MAO C A PAR - POR: an army is convoyed from coast to coast, and Paris is none"),
    ("F MAO C A PIC - MUN", "F MAO C A PIC - MUN: an army is convoyed from coast to coast, and Munich is none"),
    (
        "F MAO C A PIC - POR",
        "F MAO C A PIC - POR: no fleets at sea can carry A PIC through Mid-Atlantic Ocean to Portugal",
    ),
    # other phases
    ("A PAR B", "A PAR B: builds come in winter; this is a movement phase"),
    ("Build A PAR", "A PAR B: builds come in winter; this is a movement phase"),
    ("WAIVE", "WAIVE: builds come in winter; this is a movement phase"),
    ("A PAR D", "A PAR D: units disband after a defeat or in winter; this is a movement phase"),
    ("A PAR R GAS", "A PAR R GAS: retreats follow the moves; this is a movement phase"),
    # what was not understood
    ("", "nothing is written; write an order such as A MAR - BUR"),
    ("hello", "'hello': not understood; write an order such as A MAR - BUR"),
    ("A PAR", "'A PAR': say what it is to do; write an order such as A PAR - BRE"),
    ("A PAR S", "'A PAR S': say which unit it supports; write an order such as A PAR S A MAR - BUR"),
    ("A PAR -", "'A PAR -': say where it goes; write an order such as A PAR - BRE"),
    ("F MAO C", "'F MAO C': say which army it convoys, and where to; write an order such as F MAO - BRE"),
    ("A PAR - XYZ", "'A PAR - XYZ': XYZ is no province of this map; write an order such as A PAR - BRE"),
    ("A PAR - Burgunt", "'A PAR - Burgunt': BURGUNT is no province of this map; did you mean BUR (Burgundy)?"),
    ("A Parris - BUR", "'A Parris - BUR': PARRIS is no province of this map; did you mean PAR (Paris)?"),
    (
        "A PAR S A MUN - XYZ",
        "'A PAR S A MUN - XYZ': XYZ is no province of this map; write an order such as A PAR - BRE",
    ),
    ("A PAR - BUR or GAS", "A PAR - BUR: 'OR GAS' is not understood; write one order alone"),
    ("A PAR takes BUR", "A PAR: 'TAKES BUR' is not understood; write an order such as A PAR - BRE"),
    (
        "Support A MAR - BUR with A PAR",
        "'Support A MAR - BUR with A PAR': name the unit that supports first; "
        "write an order such as A PAR S A MAR - BUR",
    ),
    (
        "A LIV - EDI",
        "A LIV - EDI: LIV may be Livonia (LVN) or Liverpool (LVP); write which one",
    ),
    ("F NTH - NOR", "F NTH - NOR: NOR may be {nor}; write which one"),
    ("x" * 5000, "5000 characters are too long for an order; write one order a line"),
]
LISTS = {
    "units": "A MAR, A PAR, A PIC, A WAL, F BRE, F MAO, F NTH, F ROM",
    "supports": "it can support A MAR - BUR, A MAR - GAS, A PIC, A PIC - BRE, A PIC - BUR, F BRE and 5 more",
    "to_burgundy": "it can support A MAR - BUR, A PIC - BUR, A MUN - BUR, A MAR - GAS, A PIC, A PIC - BRE and 5 more",
    "picardy": "it can support A PIC, A PIC - BRE, A PIC - BUR, A MAR - BUR, A MAR - GAS, F BRE and 5 more",
    "munich": "it can support A MUN - BUR, A MAR - BUR, A MAR - GAS, A PIC, A PIC - BRE, A PIC - BUR and 5 more",
    "marseilles": "it can support A MAR - BUR, A MAR - GAS, A PIC - BRE, F MAO - BRE, A PIC, A PIC - BUR and 5 more",
    "holding": "it can support A MUN - BUR, A PIC, F BRE, A MAR - BUR, A MAR - GAS, A PIC - BRE and 5 more",
    "to_picardy": "it can support A MUN - BUR, F BRE - PIC, A MAR - BUR, A MAR - GAS, A PIC, A PIC - BRE and 5 more",
    "any": "it can support A PIC, F BRE, A MAR - BUR, A MAR - GAS, A PIC - BRE, A PIC - BUR and 5 more",
    "nor": "North Africa (NAF), North Atlantic Ocean (NAO), North Sea (NTH), Norwegian Sea (NWG) or Norway (NWY)",
}


@pytest.mark.parametrize(("text", "sentence"), MOVEMENT)
def test_in_a_movement_phase(text: str, sentence: str) -> None:
    assert reason(EUROPE, text) == sentence.format(**LISTS)


RETREAT = adjudicate(
    position({"FRANCE": ["A BUR", "F MAO", "A MAR"], "GERMANY": ["A MUN", "A RUH"], "ENGLAND": ["F NAO", "F IRI"]}),
    {"GERMANY": ["A MUN - BUR", "A RUH S A MUN - BUR"], "ENGLAND": ["F NAO - MAO", "F IRI S F NAO - MAO"]},
)
OFFERS = "it can retreat to BEL, GAS, PAR, PIC, or disband: A BUR D"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A BUR R MUN", f"A BUR R MUN: Munich is not open to it; {OFFERS}"),
        ("A BUR - MUN", f"A BUR - MUN: Munich is not open to it; {OFFERS}"),
        ("A BUR H", f"A BUR H: this is a retreat phase; {OFFERS}"),
        ("A BUR S A MAR", f"A BUR S A MAR: this is a retreat phase; {OFFERS}"),
        ("A BUR R", f"A BUR R: say where it goes; {OFFERS}"),
        ("A BUR R PIC - BRE", f"A BUR R PIC - BRE: one step only; {OFFERS}"),
        ("F MAO R SPA", "F MAO R SPA: Spain has two coasts; write SPA/NC or SPA/SC"),
        ("A MAR - SPA", "A MAR - SPA: A MAR was not dislodged and takes no order now; dislodged: A BUR, F MAO"),
        ("A RUH - KIE", "A RUH - KIE: you have no dislodged unit in Ruhr; dislodged: A BUR, F MAO"),
        ("A BUR B", "A BUR B: builds come in winter; this is a retreat phase"),
        ("WAIVE", "WAIVE: builds come in winter; this is a retreat phase"),
        ("A BUR R XYZ", "'A BUR R XYZ': XYZ is no province of this map; write an order such as A BUR R BEL"),
    ],
)
def test_in_a_retreat_phase(text: str, sentence: str) -> None:
    assert reason(RETREAT.situation("FRANCE"), text) == sentence


def test_when_no_unit_was_dislodged() -> None:
    assert reason(RETREAT.situation("GERMANY"), "A RUH H") == (
        "A RUH H: none of your units was dislodged; no order is needed"
    )


WINTER = position(
    {"RUSSIA": ["A WAR", "A UKR"], "FRANCE": ["A PAR", "A GAS"], "TURKEY": ["F SEV"], "ITALY": ["A ROM"]},
    phase="W1901A",
    centers={"RUSSIA": ["STP", "MOS", "WAR", "RUM"], "FRANCE": ["PAR"], "TURKEY": ["SEV"], "ITALY": ["ROM"]},
)


@pytest.mark.parametrize(
    ("power", "text", "sentence"),
    [
        ("RUSSIA", "F STP B", "F STP B: St. Petersburg has two coasts; write F STP/NC B or F STP/SC B"),
        ("RUSSIA", "Build STP", "STP B: write A STP B, F STP/NC B or F STP/SC B"),
        ("RUSSIA", "F MOS B", "F MOS B: no fleet can be built in Moscow; write A MOS B"),
        ("RUSSIA", "A WAR B", "A WAR B: Warsaw is occupied by A WAR; you can build in MOS, STP"),
        ("RUSSIA", "A SEV B", "A SEV B: Sevastopol is occupied by F SEV; you can build in MOS, STP"),
        ("RUSSIA", "A RUM B", "A RUM B: Rumania is no home centre of yours; you can build in MOS, STP"),
        (
            "RUSSIA",
            "A UKR D",
            "A UKR D: this is an adjustment phase with 2 builds due; write an order such as A MOS B",
        ),
        ("RUSSIA", "A MOS", "'A MOS': say what it is to do; write an order such as A MOS B"),
        (
            "FRANCE",
            "A PAR B",
            "A PAR B: this is an adjustment phase with 1 disband due; write an order such as A PAR D",
        ),
        ("FRANCE", "A BUR D", "A BUR D: no army stands in Burgundy; your units are A GAS, A PAR"),
        ("FRANCE", "A WAR D", "A WAR D: A WAR belongs to Russia; your units are A GAS, A PAR"),
        ("FRANCE", "WAIVE", "WAIVE: this is an adjustment phase with 1 disband due; write an order such as A GAS D"),
        ("ITALY", "A ROM B", "A ROM B: you have nothing to build or disband; no order is needed"),
        ("ITALY", "hello", "you have nothing to build or disband; no order is needed"),
    ],
)
def test_in_winter(power: str, text: str, sentence: str) -> None:
    assert reason(WINTER.situation(power), text) == sentence


def test_a_home_that_is_lost() -> None:
    board = position({"FRANCE": ["A SPA"]}, phase="W1901A", centers={"FRANCE": ["PAR", "SPA"], "GERMANY": ["MAR"]})
    assert reason(board.situation("FRANCE"), "A MAR B") == "A MAR B: Marseilles is not yours now; you can build in PAR"


def test_more_orders_than_one_unit_or_one_winter_takes() -> None:
    report = interpret(["A PAR - BUR", "A PAR H", "Paris - GAS"], EUROPE)
    assert [line.reason for line in report.rejected] == [
        "A PAR H: second order for A PAR; the first stands",
        "A PAR - GAS: second order for A PAR; the first stands",
    ]
    report = interpret(["F STP/NC B", "A STP B", "WAIVE", "A MOS B"], WINTER.situation("RUSSIA"))
    assert [line.reason for line in report.rejected] == [
        "A STP B: second build in St. Petersburg; the first stands",
        "A MOS B: 2 builds are due and the orders before this one use them up",
    ]
    report = interpret(["A PAR D", "A GAS D"], WINTER.situation("FRANCE"))
    assert [line.reason for line in report.rejected] == [
        "A GAS D: 1 disband is due and the orders before this one use them up"
    ]


def test_after_the_game() -> None:
    board = Board()
    board.draw(board.powers)
    assert reason(board.situation("FRANCE"), "A PAR H") == "the game is over; no orders are taken"


def illegal(situation: Situation, rng: random.Random) -> Iterator[str]:
    """Orders with real units and places, few of which are legal."""
    ground = situation.terrain
    places = [*ground.provinces, *(coast for coasts in ground.coasts.values() for coast in coasts)]
    units = [unit for owned in situation.units.values() for unit in owned] or ["A " + places[0]]
    for unit in (*situation.legal_orders, *rng.sample(units, min(len(units), 3))):
        unit = unit if " " in unit else f"{rng.choice('AF')} {unit}"
        near = [*ground.reach(Unit(unit)), rng.choice(places)]
        yield f"{unit} - {rng.choice(places)}"
        yield f"{unit} - {rng.choice(near)} - {rng.choice(places)}"
        yield f"{unit} S {rng.choice(units)} - {rng.choice(near)}"
        yield f"{unit} S {rng.choice(units)}"
        yield f"{unit} S F {rng.choice(places)} - {rng.choice(near)}"
        yield f"{unit} C {rng.choice(units)} - {rng.choice(places)} VIA"
        yield f"{unit} R {rng.choice(near)}"
        yield f"{unit} {rng.choice('HDBRSC')}"
        yield f"{rng.choice('AF')} {rng.choice(places)} {rng.choice('BDH')}"
        yield f"{unit} S {rng.choice(places)}"


def suggestions(sentence: str, text: str) -> Iterator[str]:
    """The orders that a reason puts into the writer's mouth."""
    unit = " ".join(sentence.split(" ")[:2])
    lists = re.search(r"it can (support|convoy|retreat to|move to|move by convoy to) (.*)$", sentence)
    if lists and lists[2] != "no unit now":
        verb = {"support": "S", "convoy": "C", "retreat to": "R"}.get(lists[1], "-")
        items = re.sub(r" and \d+ more", "", lists[2]).replace(" or by convoy to ", ", ")
        for item in items.split(", or disband: ")[0].split(", "):
            yield f"{unit} {verb} {item}"
    yield from re.findall(r"(?:such as|or disband:|only disband:) (.*)$", sentence)
    coasts = re.search(r"has two coasts; write (.*)$", sentence)
    for choice in coasts[1].split(" or ") if coasts else ():
        yield choice if choice.endswith(" B") else text.replace(" VIA", "").rpartition(" ")[0] + f" {choice}"


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
def test_what_a_reason_suggests_is_legal(name: str) -> None:
    rng = random.Random(f"reasons {name}")
    boards = [Board(name), scattered(name, rng, "M", units=9), scattered(name, rng, "A", centers=6)]
    suggested = rejected = 0
    for board in boards:
        for _ in range(3):
            for power in board.powers:
                situation = board.situation(power)
                for text in illegal(situation, rng):
                    line = read_order(text, situation)
                    if line.order is not None:
                        legal = {order for orders in situation.legal_orders.values() for order in orders}
                        assert line.order in legal
                        assert same_intent(text, line.order), (text, line.order)
                        continue
                    assert line.reason is not None
                    rejected += 1
                    for order in suggestions(line.reason, text):
                        suggested += 1
                        assert read_order(order, situation).order is not None, (text, line.reason, order)
            if board.completed:
                break
            step(board, rng)
    assert rejected > 100
    assert suggested > 100


def same_intent(text: str, order: str) -> bool:
    """The same provinces and the same verb, whatever became of types, coasts and VIA."""

    def gist(written: str) -> list[str]:
        once = re.sub(r"- (\S+) - \1$", r"- \1", written)
        words = [word for word in once.split() if word not in ("A", "F", "VIA")]
        return [province_of("-" if word == "R" else word) for word in words]

    return gist(text) == gist(order) or (" VIA" in order and gist(text)[-1:] == gist(order)[-1:])


def test_legal_play_meets_no_reason() -> None:
    rng = random.Random("no reason")
    board = Board()
    for _ in range(12):
        for power in board.powers:
            situation = board.situation(power)
            assert not interpret(random_orders(situation, rng), situation).rejected
        step(board, rng)


def why(units: dict[str, list[str]], text: str) -> str:
    """The reason for the power that is named first, up to what could be written instead."""
    line = read_order(text, position(units).situation(next(iter(units))))
    assert line.order is None
    assert line.reason is not None
    return line.reason.partition("; it can ")[0].removeprefix(f"{text}: ")


NEEDLESS = [
    (["F ENG", "F NTH", "A YOR"], "F ENG C A YOR - BEL", "Belgium"),
    (["F ION", "F ADR", "A VEN"], "F ION C A VEN - APU", "Apulia"),
    (["F BLA", "F NTH", "A YOR"], "F BLA C A YOR - BEL", "Belgium"),
]


@pytest.mark.parametrize(("units", "text", "goal"), NEEDLESS)
@pytest.mark.parametrize("foreign", [False, True])
def test_a_fleet_that_no_convoy_needs_is_told_so(units, text, goal, foreign):
    convoying, other, army = units
    sides = {"ENGLAND": [convoying, army], "FRANCE": [other]} if foreign else {"ENGLAND": units}
    assert why(sides, text) == f"other fleets can carry {army} to {goal}, and the way does not need {convoying}"


def test_a_convoy_is_impossible_where_no_chain_of_fleets_joins_the_coasts():
    carried = "no fleets at sea can carry A YOR through English Channel to Belgium"
    assert why({"ENGLAND": ["F IRI", "A LVP", "F HEL"]}, "F IRI C A LVP - BEL").startswith("no fleets at sea can carry")
    assert why({"ENGLAND": ["F ENG", "A YOR", "F SKA"]}, "F ENG C A YOR - BEL") == carried


def test_an_army_is_not_convoyed_to_where_it_stands():
    assert why({"ENGLAND": ["F NTH", "A YOR"]}, "F NTH C A YOR - YOR") == "A YOR stands there already"


def test_a_fleet_that_must_convoy_cannot_support_what_it_carries():
    units = {"ITALY": ["F ION", "F ADR", "A VEN"]}
    assert why(units, "F ION S A VEN - TUN") == "A VEN gets to Tunis only by a convoy of F ION itself"


@pytest.mark.parametrize(
    ("fleet", "goal", "reason"),
    [
        ("F STP/NC", "BOT", "Gulf of Bothnia is not next to St. Petersburg (North Coast), where the fleet stands"),
        ("F SPA/NC", "MAR", "Marseilles is not next to Spain (North Coast), where the fleet stands"),
        ("F BUL/EC", "GRE", "Greece is not next to Bulgaria (East Coast), where the fleet stands"),
        ("F BUL/EC", "SMY", "Smyrna is not next to Bulgaria"),
        ("F ROM", "VEN", "Rome and Venice share no coast"),
    ],
)
def test_a_fleet_is_told_of_the_coast_on_which_it_stands(fleet, goal, reason):
    assert why({"RUSSIA": [fleet]}, f"{fleet} - {goal}") == reason
