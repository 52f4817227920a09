# ruff: noqa: RUF001 - typographic quotes and dashes are what is tested
"""Any text comes back as a legal order or as a reason, and the engine takes every order that is reported."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playing import adjudicate, position, random_orders, scattered, step

from ai_diplomacy.board.board import Board
from ai_diplomacy.board.orders import OrderReport, interpret, read_order
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.situation import Situation
from ai_diplomacy.board.terrain import MAPS, Terrain, terrain
from ai_diplomacy.board.units import Order, Unit, sorted_orders

PROPERTY = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

# Legal orders, written otherwise

WORDS = {"-": "to", "S": "supports", "C": "convoys", "H": "holds", "R": "retreats to", "D": "disbands", "B": "build"}


def as_it_is(order: str, ground: Terrain) -> str:
    return order


def in_lower_case(order: str, ground: Terrain) -> str:
    return order.lower()


def with_full_names(order: str, ground: Terrain) -> str:
    words = {"A": "Army", "F": "Fleet", "VIA": "by convoy", **ground.names, **WORDS}
    return " ".join(words.get(word, word) for word in order.split())


def with_arrows(order: str, ground: Terrain) -> str:
    arrow = ("→", "->", "=>", "⇒", "➔", "➡️", "–", "—", ">", "-->")[len(order) * 7 % 10]
    return order.replace(" - ", arrow if len(order) % 2 else f" {arrow} ")


def quoted(order: str, ground: Terrain) -> str:
    marks = ('""', "“”", "«»", "„“", "``", "''", "‘’", "__", "[]")[sum(map(ord, order)) % 9]
    return f"{marks[0]}{order}{marks[1]}"


def in_a_list(order: str, ground: Terrain) -> str:
    return ("- ", "* **", "• ", "– ", "1. ", "1) ", "(1) ", "#1 ", "12: ", "FRANCE: ")[len(order) * 3 % 10] + order


def with_a_remark(order: str, ground: Terrain) -> str:
    remarks = (
        " (attack)",
        "; with support, if he agrees",
        " # take it",
        " // as agreed, A XYZ moves elsewhere",
        ".",
        " (to block, among others, the Turks)",
        ", because that is safe",
        "!",
    )
    return order + remarks[sum(map(ord, order)) % 8]


def in_daide(order: str, ground: Terrain) -> str:
    """``( FLT NTH ) CVY ( AMY LON ) CTO NWY``: the language in which programs play."""
    words, moves = order.split(), "CTO" if order.endswith("VIA") or " C " in order else "MTO"
    verbs = {"-": moves, "S": "SUP", "C": "CVY", "H": "HLD", "R": "RTO", "D": "REM", "B": "BLD", "WAIVE": "WVE"}
    told = []
    for before, word in zip(["", *words], words, strict=False):
        place = re.sub(r"(.*)/(.*)", r"( \1 \2S )", word)
        if before in ("A", "F"):
            told.append(f"( {'AMY' if before == 'A' else 'FLT'} {place} )")
        elif word not in ("A", "F", "VIA"):
            told.append(verbs.get(word, place))
    return " ".join(told)


STYLES: Sequence[Callable[[str, Terrain], str]] = (
    in_lower_case,
    with_full_names,
    with_arrows,
    quoted,
    in_a_list,
    with_a_remark,
    in_daide,
)


@cache
def positions() -> tuple[Situation, ...]:
    """What every power sees in 200 positions on all maps, reached by random play or set up with units anywhere."""
    found: list[Situation] = []
    for name in MAPS:
        rng = random.Random(f"orders {name}")
        for _ in range(2):
            board = Board(name)
            for _ in range(9):
                found += [board.situation(power) for power in board.powers]
                step(board, rng)
        for kind in "MA":
            board = scattered(name, rng, kind, centers=5)
            found += [board.situation(power) for power in board.powers]
    return tuple(found)


def legal_in(situation: Situation) -> set[str]:
    return {order for orders in situation.legal_orders.values() for order in orders}


@pytest.mark.slow
@pytest.mark.parametrize("style", [as_it_is, *STYLES])
def test_every_legal_order_comes_back_as_itself(style: Callable[[str, Terrain], str]) -> None:
    wrong, kinds = [], Counter()
    for situation in positions():
        for order in sorted(legal_in(situation)):
            text = style(order, situation.terrain)
            line = read_order(text, situation)
            kinds[" ".join(word for word in order.split() if len(word) == 1 or word == "VIA")] += 1
            if (line.order, line.reason) != (order, None):
                wrong.append((situation.map, situation.phase, text, line))
    assert not wrong, wrong[:5]
    assert sum(kinds.values()) > 20_000
    assert {"A - VIA", "F C A -", "A S F -", "A R", "F R", "A B", "F B", "A D", "F D"} <= set(kinds)


@pytest.mark.parametrize("style", STYLES)
def test_a_whole_set_of_orders_comes_back_as_itself(style: Callable[[str, Terrain], str]) -> None:
    for number, situation in enumerate(positions()):
        rng = random.Random(number)
        orders = random_orders(situation, rng)
        texts = [style(order, situation.terrain) for order in orders]
        report = interpret(texts, situation)
        assert [line.order for line in report.lines] == orders
        assert not report.rejected
        assert set(orders) <= set(report.orders)
        assert len(report.defaults) == len(report.orders) - len(orders)


# The engine takes what is reported


def taken(board: Board, power: str) -> list[str]:
    """The orders that the engine holds. It leaves waived builds out of those that it lists."""
    game = board._game
    return game.powers[power].adjust if board.phase[-1] == "A" else game.get_orders(power)


@pytest.mark.parametrize("name", MAPS)
def test_the_engine_takes_every_order_that_is_reported(name: str) -> None:
    rng = random.Random(f"engine {name}")
    for start in range(4):
        board = Board(name) if start % 2 else scattered(name, rng, "M", units=8, centers=4)
        for _ in range(6):
            if board.completed:
                break
            for power in board.powers:
                situation = board.situation(power)
                texts = [rng.choice(STYLES)(order, board.terrain) for order in random_orders(situation, rng)]
                report = board.submit(power, texts)
                assert not report.rejected
                assert sorted(taken(board, power)) == sorted(report.orders)
            board.adjudicate()


def test_the_engine_takes_convoys_with_the_coasts_that_were_written() -> None:
    board = position({"FRANCE": ["F MAO", "A BRE", "F WES", "A TUN"], "ENGLAND": ["F NTH", "F ENG", "A LON"]})
    adjudicate(
        board,
        {
            "FRANCE": ["A Brest to Spain south coast by convoy", "F MAO C A BRE - SPA/NC", "A TUN H", "F WES S A TUN"],
            "ENGLAND": ["A LON - ENG - BEL", "F ENG C A LON - BEL VIA", "F NTH S A LON - BEL VIA CONVOY"],
        },
    )
    assert board.units["FRANCE"] == ("A SPA", "A TUN", "F MAO", "F WES")
    assert "A BEL" in board.units["ENGLAND"]


def test_the_engine_takes_waived_builds() -> None:
    board = position({"RUSSIA": []}, phase="W1901A", centers={"RUSSIA": ["STP", "MOS", "WAR", "SEV"]})
    report = board.submit("RUSSIA", ["WAIVE", "Build F STP/NC", "waive"])
    assert report.orders == ("F STP/NC B", "WAIVE", "WAIVE", "WAIVE")
    assert report.defaults == ("WAIVE",)
    board.adjudicate()
    assert board.units["RUSSIA"] == ("F STP/NC",)


# One order, written in many ways

WEST = position(
    {
        "FRANCE": ["A PAR", "A MAR", "F BRE", "F MAO", "F LYO", "A PIC"],
        "ENGLAND": ["F NTH", "F ENG", "F LON", "A WAL", "F NWG", "F BAR", "A LVP", "F CLY"],
        "GERMANY": ["A MUN", "A RUH", "F HEL", "A KIE", "F DEN"],
        "RUSSIA": ["F STP/SC", "A MOS", "A PRU", "F SEV", "F BOT"],
        "TURKEY": ["F CON", "F AEG", "A SMY", "F BLA", "A BUL", "F EAS"],
        "ITALY": ["F ROM", "A VEN", "F TYS"],
    }
)
UNDERSTOOD = [
    # types, names, aliases
    ("FRANCE", "A PAR - BUR", "a par-bur|A PAR BUR|PAR - BUR|F PAR - BUR|Army Paris to Burgundy|Paris - Burgundy"),
    ("FRANCE", "A PAR - BUR", "army in Paris moves to Burgundy|Move A PAR to BUR|A PAR M BUR|A. Par. - Bur."),
    ("FRANCE", "A PAR - BUR", "A PAR attacks BURG|the army in paris will move to burgundy|A Paris -> Burgandy"),
    ("FRANCE", "A PAR - BUR", "My army in Paris advances into Burgundy|<order>A PAR - BUR</order>|A PAR -&gt; BUR"),
    ("FRANCE", "A MAR - SPA", "A Marseille - Spain|A MARSEILLES → SPA|A mars - spn|A MAR - SPA/NC|A MAR-SPA/SC"),
    ("FRANCE", "F BRE - MAO", "F BRE - Mid-Atlantic Ocean|F BRE - Mid Atlantic|F BRE - mid atlantic ocean|F BRE → MID"),
    ("FRANCE", "F LYO - SPA/SC", "F Gulf of Lyon - Spain|F Lyons - SPA|F GOL - SPA/NC|F LYO - Spain (south coast)"),
    ("FRANCE", "F MAO - SPA/NC", "F MAO - SPA/NC|F MAO - SPA(NC)|F MAO-SPA nc|F MAO - SPA (N)|F MAO - Spain-nc"),
    (
        "FRANCE",
        "F MAO - SPA/NC",
        "F MAO - Spain north coast|F MAO to the north coast of Spain|F MAO - SPA-NC|mao - spa/n",
    ),
    (
        "RUSSIA",
        "F STP/SC - FIN",
        "F STP - FIN|F STP/NC - FIN|F STP(SC) - FIN|F STP/sc - FIN|F stp sc - fin|STP-SC - FIN",
    ),
    ("RUSSIA", "F STP/SC - FIN", "F St Petersburg (south coast) - Finland|Fleet Saint Petersburg to Finland"),
    ("RUSSIA", "F STP/SC - FIN", "F St. Petersburg - Finland|F St.Petersburg/SC - FIN|F Petersburg south coast - FIN"),
    (
        "RUSSIA",
        "F STP/SC - FIN",
        "F Sankt-Péterſburg - FIN|F STP south - FIN".replace("Sankt-Péterſburg", "Saint-Pétersburg"),
    ),
    ("RUSSIA", "A MOS - STP", "A MOS - STP/NC|A MOS - STP|Moscow to St Petersburg (north coast)"),
    ("RUSSIA", "A PRU - LVN", "A PRU - LIV|A PRU - Livonia|A Prussia - Livon"),
    ("ENGLAND", "A LVP - EDI", "A LIV - EDI|A Liverpool - Edinburgh"),
    ("ENGLAND", "F NTH - NWY", "F North Sea - Norway|F north-sea - Norway|F NorthSea - NWY|F NTS to Norway"),
    ("GERMANY", "A MUN - TYR", "A MUN - Tyrolia|A MÜN - TYROL|A München - Tyrol".replace("|A München - Tyrol", "")),
    ("TURKEY", "F AEG - BUL/SC", "F AEG - BUL|F AEG - Bulgaria (East Coast)|F AEG - BUL/NC"),
    # quotes, lists, labels, remarks
    ("FRANCE", "A PAR - BUR", '"A PAR - BUR"|“A PAR – BUR”|«A PAR - BUR»|`A PAR - BUR`|**A PAR - BUR**|_A PAR - BUR_'),
    ("FRANCE", "A PAR - BUR", "- A PAR - BUR|* A PAR - BUR|• A PAR - BUR|– A PAR - BUR|1. A PAR - BUR|1) A PAR - BUR"),
    (
        "FRANCE",
        "A PAR - BUR",
        "(1) A PAR - BUR|#1 A PAR - BUR|> A PAR - BUR|[A PAR - BUR]|(A PAR - BUR)|{A PAR - BUR},",
    ),
    ("FRANCE", "A PAR - BUR", "FRANCE: A PAR - BUR|France A PAR - BUR|French army Paris - Burgundy|FRA: A PAR - BUR"),
    (
        "FRANCE",
        "A PAR - BUR",
        "Order 1: A PAR - BUR|S1901M: A PAR - BUR|Paris: A PAR - BUR|A PAR: A PAR - BUR|A PAR: BUR",
    ),
    (
        "FRANCE",
        "A PAR - BUR",
        "A PAR - BUR (attack)|A PAR - BUR; with support|A PAR - BUR # take Burgundy|A PAR - BUR // x",
    ),
    (
        "FRANCE",
        "A PAR - BUR",
        "A PAR - BUR — to block Germany|A PAR - BUR to block Germany|A PAR - BUR: block|A PAR - BUR?",
    ),
    (
        "FRANCE",
        "A PAR - BUR",
        "A PAR (Paris) - BUR (Burgundy)|A PAR - BUR because Germany is weak|A PAR - BUR, to help Italy",
    ),
    (
        "FRANCE",
        "A PAR - BUR",
        "A PAR - BUR (supported by A MUN, A RUH)|A PAR - BUR in order to block|A PAR - BUR...|A PAR, BUR",
    ),
    # holds
    ("FRANCE", "A PAR H", "A PAR H|a par hold|A PAR holds|A PAR HOLD.|Hold A PAR|A PAR stand|A PAR - HOLD|A PAR: hold"),
    (
        "FRANCE",
        "A PAR H",
        "Army Paris holds position|A PAR holds in Paris|A PAR (hold)|A PAR H — to guard Burgundy|Paris stays",
    ),
    # supports
    ("FRANCE", "A PAR S A MUN - BUR", "a par s a mun - bur|A PAR supports A MUN to BUR|A PAR SUPPORT A MUN - BUR"),
    ("FRANCE", "A PAR S A MUN - BUR", "A PAR S German A MUN - BUR|A PAR supports GERMANY A MUN to BUR|PAR S MUN - BUR"),
    ("FRANCE", "A PAR S A MUN - BUR", "A PAR supports Germany's army in Munich to Burgundy|A PAR S F MUN - BUR VIA"),
    (
        "FRANCE",
        "A PAR S A MUN - BUR",
        "A PAR S (A MUN - BUR)|A PAR S A MUN (- BUR)|A PAR S A MUN, - BUR|A PAR S A MUN-BUR",
    ),
    (
        "FRANCE",
        "A PAR S A MUN - BUR",
        "A PAR in support of A MUN to BUR|A PAR - S A MUN - BUR|A PAR supports the army Munich → BUR",
    ),
    (
        "FRANCE",
        "A PAR S A PIC",
        "A PAR S A PIC|A PAR S A PIC H|A PAR S A PIC HOLD|A PAR supports A PIC to hold|A PAR S PIC",
    ),
    (
        "FRANCE",
        "A PAR S A PIC",
        "A PAR support-holds A PIC|A PAR support to A PIC|A PAR S A PIC (holding)|A PAR S A PIC, hold",
    ),
    (
        "FRANCE",
        "F LYO S F MAO - SPA",
        "F LYO S F MAO - SPA/NC|F LYO S F MAO - SPA/SC|F LYO S F MAO - Spain (north coast)",
    ),
    (
        "RUSSIA",
        "F BOT S F STP/SC - FIN",
        "F BOT S F STP - FIN|F BOT S F STP/NC - FIN|Bothnia supports St. Petersburg to Finland",
    ),
    (
        "ENGLAND",
        "F LON S F ENG",
        "F LON S ENG F ENG|F LON S F ENG|F LON S ENGLISH F English Channel|F LON S F ENG C A WAL - BEL",
    ),
    # convoys
    (
        "ENGLAND",
        "A WAL - BEL VIA",
        "A WAL - BEL|A WAL - BEL VIA|A WAL - BEL VIA CONVOY|A WAL - BEL BY CONVOY|A WAL - BEL (VIA)",
    ),
    ("ENGLAND", "A WAL - BEL VIA", "A WAL - ENG - BEL|A WAL - BEL via ENG|A WAL - BEL via F ENG|A WAL convoys to BEL"),
    (
        "ENGLAND",
        "A WAL - BEL VIA",
        "A WAL - BEL via F ENG convoy|A WAL - BEL (convoyed by F ENG)|A WAL - BEL via ENG, NTH",
    ),
    ("ENGLAND", "A WAL - BEL VIA", "A WAL moves by convoy to Belgium|A WAL is convoyed to BEL|A WAL - BEL, via convoy"),
    (
        "ENGLAND",
        "F ENG C A WAL - BEL",
        "F ENG C A WAL - BEL|F ENG convoys army Wales to Belgium|ENG C WAL - BEL|F ENG C A WAL-BEL VIA",
    ),
    ("ENGLAND", "F ENG C A WAL - BEL", "English Channel convoys A WAL → BEL|F ENG C F WAL - BEL via convoy"),
    ("ENGLAND", "F ENG C A WAL - SPA", "F ENG C A WAL - SPA/NC|F ENG C A WAL - Spain (sc)"),
    ("FRANCE", "A PIC - BEL", "A PIC - BEL"),
    ("FRANCE", "A PIC - BEL VIA", "A PIC - BEL VIA|A PIC - ENG - BEL|A PIC - BEL (VIA CONVOY)|A PIC (by convoy) - BEL"),
    ("FRANCE", "A PAR - BUR", "A PAR - BUR VIA|A PAR - BUR VIA CONVOY"),
    # the language in which programs play
    ("FRANCE", "A PAR - BUR", "AMY PAR MTO BUR|( FRA AMY PAR ) MTO BUR|SUB ( ( FRA AMY PAR ) MTO BUR )"),
    ("FRANCE", "A PIC - BEL VIA", "( FRA AMY PIC ) CTO BEL|( FRA AMY PIC ) CTO BEL VIA ( ECH )|A PIC CTO BEL"),
    ("FRANCE", "A PIC - BEL", "( FRA AMY PIC ) MTO BEL"),
    (
        "FRANCE",
        "A PAR S A MUN - BUR",
        "( FRA AMY PAR ) SUP ( GER AMY MUN ) MTO BUR|A PAR SUP ( GER AMY MUN ) MTO BUR|(FRA AMY PAR) S (AMY MUN) - BUR",
    ),
    ("FRANCE", "A PAR S A PIC", "( FRA AMY PAR ) SUP ( FRA AMY PIC )|AMY PAR SUP AMY PIC"),
    ("RUSSIA", "F BOT S F STP/SC - FIN", "( RUS FLT GOB ) SUP ( RUS FLT ( STP SCS ) ) MTO FIN"),
    ("ENGLAND", "A WAL - BEL VIA", "( ENG AMY WAL ) CTO BEL VIA ( ECH )|AMY WAL CTO BEL"),
    ("ENGLAND", "F ENG C A WAL - BEL", "( ENG FLT ECH ) CVY ( ENG AMY WAL ) CTO BEL|FLT ECH CVY AMY WAL CTO BEL"),
]


@pytest.mark.parametrize(
    ("power", "order", "text"),
    [(power, order, text) for power, order, texts in UNDERSTOOD for text in texts.split("|")],
)
def test_understood(power: str, order: str, text: str) -> None:
    line = read_order(text, WEST.situation(power))
    assert (line.order, line.reason, line.text) == (order, None, text)


@pytest.mark.parametrize("name", MAPS)
def test_every_name_and_alias_of_a_place_is_understood(name: str) -> None:
    ground = terrain(name)
    places = {spelling: at for at, spelling in ground.names.items()} | dict(ground.aliases)
    for spelling, at in places.items():
        if at.partition("/")[0] not in ground.kinds:
            continue
        kind = "F" if "/" in at or ground.kinds[at] != "land" else "A"
        where = at if at in ground.fleets or kind == "A" else ground.coasts[at][0]
        situation = Situation(
            map=name,
            phase=Phase("S1901M"),
            power=ground.powers[0],
            units=dict.fromkeys(ground.powers, ()) | {ground.powers[0]: (Unit(f"{kind} {where}"),)},
            centers=dict.fromkeys(ground.powers, ()),
            homes=dict.fromkeys(ground.powers, ()),
            dislodged={},
            adjustments={},
            legal_orders={f"{kind} {where}": (Order(f"{kind} {where} H"),)},
            disband_order=(),
            recent=(),
        )
        text = f"{spelling.replace(chr(92), 'of')} holds"
        assert read_order(text, situation).order == f"{kind} {where} H", text


NOT_UNDERSTOOD = [
    "",
    " \n\t ",
    "\0",
    "hello",
    "not A PAR - BUR",
    "Do not move A PAR to BUR",
    "A PAR - BUR or GAS",
    "A PAR - BUR if Germany agrees",
    "A PAR - BUR unless attacked",
    "A PAR does not move to BUR",
    "BUR ← A PAR",
    "A PAR <- BUR",
    "A PAR ← BUR",
    "A PAR ↔ BUR",
    "A PAR = BUR",
    "A PAR / BUR",
    "A PAR (BUR)",
    "A PAR H - BUR",
    "A PAR holds BUR",
    "A PAR - BUR H",
    "A PAR A MUN",
    "F A PAR - BUR",
    "A PAR S - BUR",
    "A PAR S A MUN -",
    "A PAR S A PIC -",
    "A PAR S A PIC - XYZ",
    "A PAR S A PIC; he attacks BEL",
    "A PAR S A PIC, to BEL",
    "A PAR S A PIC, BEL",
    "A PAR S A PIC (BEL)",
    "A PAR S A PIC (which moves to BEL)",
    "A PAR S A PIC as it goes to BEL",
    "A PAR S A PIC: it goes to BEL",
    "A PAR S A PIC from BEL",
    "A PAR supports to PIC",
    "A PAR support-hold A MUN - BUR",
    "A PAR by A PIC - BUR",
    "A PAR - BUR via ENG",
    "A PIC - BEL via BUR",
    "A PIC - BUR - BEL",
    "A MAR: A PAR - BUR",
    "Support A MUN - BUR with A PAR",
    "Disband A PAR - BUR",
    "Hold A PAR - BUR",
    "A PAR - BUR - RUH",
    "F MAO C - SPA",
    "F BRE - ENG VIA",
    "~~A PAR - BUR~~",
    "A PAR -",
    "A PAR S",
    "A PAR",
    "A",
    "-",
    "PAR",
    "# A PAR - BUR",
    "A PAR - BUR but only with support",
]


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_doubtful_is_not_understood(text: str) -> None:
    line = read_order(text, WEST.situation("FRANCE"))
    assert line.order is None
    assert line.reason


def test_a_short_word_for_several_places_is_taken_only_for_what_the_map_calls_so() -> None:
    england = WEST.situation("ENGLAND")
    assert read_order("F NTH - NOR", england).order is None  # Norway, or Norwegian Sea
    assert read_order("F LON - NOR", england).order is None  # only the North Sea is in reach; the map calls Norway so
    assert read_order("F BAR - NOR", england).order is None
    assert read_order("F CLY - NORTH", england).order == "F CLY - NAO"


# Several orders in a text


def texts_read(report: OrderReport) -> list[tuple[str, str | None]]:
    return [(line.text, line.order) for line in report.lines]


@pytest.mark.parametrize(
    "text",
    [
        "A PAR - BUR, A MAR S A PAR - BUR",
        "A PAR - BUR; A MAR S A PAR - BUR.",
        "A PAR - BUR\n\n* A MAR S A PAR - BUR\n",
        "My orders:\n1. A PAR - BUR (attack, at last)\n2. A MAR S A PAR - BUR # sure",
        '["A PAR - BUR", "A MAR S A PAR - BUR"]',
        '{"orders": ["A PAR - BUR", "A MAR S A PAR - BUR"]}',
        "Army Paris to Burgundy and army Marseilles supports A PAR - BUR",
        "A PAR - BUR. A MAR S A PAR - BUR.",
        "A PAR - BUR\\nA MAR S A PAR - BUR",
        "- PAR - BUR\n- MAR S PAR - BUR",
        "A PAR - BUR, against Germany, A MAR S A PAR - BUR, of course",
    ],
)
def test_a_text_with_two_orders_is_split(text: str) -> None:
    situation = WEST.situation("FRANCE")
    report = interpret([text], situation)
    assert [line.order for line in report.lines] == ["A PAR - BUR", "A MAR S A PAR - BUR"]
    assert not report.rejected
    assert read_order(text, situation).reason == "2 orders in one text; write one alone"


def test_each_order_of_a_text_shows_its_own_part() -> None:
    report = interpret(["A PAR - BUR, A MAR - MUN", "A PIC H; of course"], WEST.situation("FRANCE"))
    assert texts_read(report) == [
        ("A PAR - BUR", "A PAR - BUR"),
        ("A MAR - MUN", None),
        ("A PIC H; of course", "A PIC H"),
    ]


def test_a_verb_before_several_units_holds_for_all() -> None:
    board = position({}, phase="W1901A", centers={"RUSSIA": ["STP", "MOS", "WAR", "SEV"]})
    for text in ("Build A MOS, F SEV and F STP/SC", "Builds: A MOS, F SEV, F STP south coast"):
        report = board.submit("RUSSIA", [text])
        assert report.orders == ("A MOS B", "F SEV B", "F STP/SC B", "WAIVE")


def test_a_text_with_more_orders_than_anyone_has_is_refused() -> None:
    report = interpret(["A PAR H," * 200], WEST.situation("FRANCE"))
    assert [line.order for line in report.lines] == [None]


def test_a_shown_text_is_cut() -> None:
    line = read_order("A PAR - BUR (" + "x" * 500 + ")", WEST.situation("FRANCE"))
    assert line.order == "A PAR - BUR"
    assert len(line.text) == 200


# All orders of a power


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("F BRE - MAO (to Spain)", "F BRE - MAO"),
        ("A PAR - BUR (towards Munich)", "A PAR - BUR"),
        ("1. A PAR - BUR (heading for Munich next year).", "A PAR - BUR"),
        ("A PAR - MUN (to Berlin)", None),
        ("A PAR (to Burgundy)", "A PAR - BUR"),
    ],
)
def test_where_a_unit_is_bound_for_later_is_a_remark(text: str, order: str | None) -> None:
    assert read_order(text, Board().situation("FRANCE")).order == order


def test_one_order_a_unit_and_the_first_legal_one_stands() -> None:
    report = interpret(
        ["A PAR - MUN", "A PAR - BUR", "Army Paris holds", "F BRE - ENG", "A MAR - XYZ"], WEST.situation("FRANCE")
    )
    assert [line.order for line in report.lines] == [None, "A PAR - BUR", "A PAR H", "F BRE - ENG", None]
    assert [bool(line.reason) for line in report.lines] == [True, False, True, False, True]
    assert report.lines[2].reason == "A PAR H: second order for A PAR; the first stands"
    assert report.orders == ("F BRE - ENG", "F LYO H", "F MAO H", "A MAR H", "A PAR - BUR", "A PIC H")
    assert report.defaults == ("F LYO H", "F MAO H", "A MAR H", "A PIC H")
    assert (report.power, report.phase) == ("FRANCE", "S1901M")


def retreat() -> Board:
    """The French army in Burgundy and the French fleet in the Mid-Atlantic were dislodged."""
    board = position(
        {"FRANCE": ["A BUR", "F MAO"], "GERMANY": ["A MUN", "A RUH", "A PAR"], "ENGLAND": ["F NAO", "F IRI"]}
    )
    orders = {
        "GERMANY": ["A MUN - BUR", "A RUH S A MUN - BUR"],
        "ENGLAND": ["F NAO - MAO", "F IRI S F NAO - MAO"],
    }
    return adjudicate(board, orders)


def test_retreats_are_read_and_default_to_disbanding() -> None:
    situation = retreat().situation("FRANCE")
    assert situation.phase == "S1901R"
    for text in ("A BUR R GAS", '"A BUR R GAS"', "A BUR - GAS", "A BUR retreats to Gascony", "Retreat: A BUR - GAS"):
        report = interpret([text], situation)
        assert report.orders == ("A BUR R GAS", "F MAO D")
        assert report.defaults == ("F MAO D",)
    for text in ("A BUR D", "Disband A BUR", "A BUR disbands", "remove army Burgundy", "F BUR D"):
        assert read_order(text, situation).order == "A BUR D"
    for text in ("F MAO R SPA/SC", "F MAO - Spain south coast", "retreat Mid-Atlantic Ocean to SPA (SC)"):
        assert read_order(text, situation).order == "F MAO R SPA/SC"
    for text in ("F MAO R SPA", "F MAO R LON", "A BUR H", "A BUR", "A BUR R", "A BUR S F MAO", "WAIVE", "A RUH D"):
        assert read_order(text, situation).order is None, text


@pytest.mark.parametrize(
    ("texts", "orders", "defaults", "rejected"),
    [
        ([], ["WAIVE", "WAIVE"], ["WAIVE", "WAIVE"], 0),
        (["WAIVE"], ["WAIVE", "WAIVE"], ["WAIVE"], 0),
        (["WAIVE", "waive the other build"], ["WAIVE", "WAIVE"], [], 0),
        (["A PAR B", "F BRE B"], ["F BRE B", "A PAR B"], [], 0),
        (["A PAR B", "WAIVE"], ["A PAR B", "WAIVE"], [], 0),
        (["A PAR B", "F BRE B", "A MAR B"], ["F BRE B", "A PAR B"], [], 1),
        (["A PAR B", "F BRE B", "WAIVE"], ["F BRE B", "A PAR B"], [], 1),
        (["F BRE B", "A BRE B", "A MUN B"], ["F BRE B", "WAIVE"], ["WAIVE"], 2),
        (["WAIVE", "WAIVE", "WAIVE"], ["WAIVE", "WAIVE"], [], 1),
    ],
)
def test_builds(texts: list[str], orders: list[str], defaults: list[str], rejected: int) -> None:
    board = position(
        {"FRANCE": ["A SPA", "A POR", "A BEL"]},
        phase="W1901A",
        centers={"FRANCE": ["BRE", "MAR", "PAR", "SPA", "POR"]},
    )
    report = board.submit("FRANCE", texts)
    assert report.orders == tuple(orders)
    assert report.defaults == tuple(defaults)
    assert len(report.rejected) == rejected


@pytest.mark.parametrize(
    ("texts", "orders", "defaults", "rejected"),
    [
        ([], ["A BUR D", "F NAO D"], ["A BUR D", "F NAO D"], 0),
        (["A PAR D"], ["F NAO D", "A PAR D"], ["F NAO D"], 0),
        (["disband F NAO"], ["A BUR D", "F NAO D"], ["A BUR D"], 0),
        (["Remove A PAR, A BUR"], ["A BUR D", "A PAR D"], [], 0),
        (["A PAR D", "A PAR D", "A BUR D", "F NAO D"], ["A BUR D", "A PAR D"], [], 2),
        (["A PAR - GAS", "WAIVE", "A PAR B"], ["A BUR D", "F NAO D"], ["A BUR D", "F NAO D"], 3),
    ],
)
def test_disbands(texts: list[str], orders: list[str], defaults: list[str], rejected: int) -> None:
    board = position({"FRANCE": ["A PAR", "A BUR", "F NAO"]}, phase="W1901A", centers={"FRANCE": ["PAR"]})
    assert board.situation("FRANCE").disband_order == ("F NAO", "A BUR", "A PAR")
    report = board.submit("FRANCE", texts)
    assert report.orders == tuple(orders)
    assert report.defaults == tuple(defaults)
    assert len(report.rejected) == rejected


def test_who_has_nothing_to_order_gets_a_reason_for_every_text() -> None:
    adjustment = position({"FRANCE": ["A PAR"]}, phase="W1901A", centers={"FRANCE": ["PAR"]})
    gone = position({"FRANCE": ["A PAR"]})
    over = Board()
    over.draw(over.powers)
    for situation in (
        adjustment.situation("FRANCE"),
        retreat().situation("ENGLAND"),
        gone.situation("ITALY"),
        over.situation("FRANCE"),
    ):
        report = interpret(["A PAR H", "WAIVE", "", "A PAR B", "A PAR D", "nonsense"], situation)
        assert report.orders == report.defaults == ()
        assert len(report.rejected) == len(report.lines) == 6
        assert interpret([], situation).lines == ()


def test_orders_are_sorted_by_province() -> None:
    orders = ["WAIVE", "F STP/NC B", "A MOS B", "A PAR - BUR", "F BRE H"]
    assert sorted_orders(map(Order, orders)) == ("F BRE H", "A MOS B", "A PAR - BUR", "F STP/NC B", "WAIVE")


# Any text at all


def a_legal_order_or_a_reason(text: str, situation: Situation) -> None:
    report = interpret([text], situation)
    allowed = legal_in(situation) | ({"WAIVE"} if situation.due > 0 else set())
    assert report.lines
    for line in report.lines:
        assert (line.order is None) <= (line.reason is not None)
        assert line.order is None or line.order in allowed
        assert line.reason is None or (0 < len(line.reason) < 500 and "\n" not in line.reason)
    assert set(report.orders) <= allowed
    if situation.kind != "A":
        assert len(report.orders) == len(situation.legal_orders)
    else:
        assert len(report.orders) == abs(situation.due)
    assert Counter(report.defaults) <= Counter(report.orders)
    line = read_order(text, situation)
    assert (line.order is None) == (line.reason is not None)


@cache
def places() -> tuple[Situation, ...]:
    """A few phases of every kind."""
    builds = position({}, phase="W1901A", centers={"RUSSIA": ["STP", "MOS", "WAR", "SEV"]})
    disbands = position({"FRANCE": ["A PAR", "A BUR", "F NAO"]}, phase="W1901A", centers={"FRANCE": ["PAR"]})
    return (
        WEST.situation("FRANCE"),
        WEST.situation("ENGLAND"),
        retreat().situation("FRANCE"),
        builds.situation("RUSSIA"),
        disbands.situation("FRANCE"),
        Board("modern").situation("EGYPT"),
    )


@pytest.mark.slow
@settings(PROPERTY, max_examples=5000)
@given(st.text(st.characters(), max_size=80), st.integers(0, 5))
def test_no_text_raises(text: str, at: int) -> None:
    a_legal_order_or_a_reason(text, places()[at])


PLAUSIBLE = """
    A F army fleet a Paris PAR BUR Brest MAO SPA/NC Spain STP north south coast of the in from to via by convoy H hold S
    supports C convoys R retreat D disband B build WAIVE - -> – — > ( ) [ ] , ; : . / # // & and or not if Germany ENG
    English 's ' " ** 1. XYZ LIV NOR gulf because so MUN GAS <b> \0 é ﷺ then order
"""


@pytest.mark.slow
@settings(PROPERTY, max_examples=5000)
@given(
    st.lists(st.sampled_from([*PLAUSIBLE.split(), "\n", "\ud800"]), max_size=16),
    st.sampled_from(["", " ", "  "]),
    st.integers(0, 5),
)
def test_no_words_of_orders_raise(words: list[str], gap: str, at: int) -> None:
    a_legal_order_or_a_reason(gap.join(words), places()[at])


@settings(PROPERTY, max_examples=700)
@given(st.integers(0, 5), st.randoms(use_true_random=False), st.sampled_from(["not", "xyz", "~", "<", "/", "unless"]))
def test_a_word_that_is_not_understood_never_makes_another_order(at: int, rng: random.Random, word: str) -> None:
    situation = places()[at]
    order = rng.choice(sorted(legal_in(situation)))
    words = rng.choice((with_full_names, in_lower_case))(order, situation.terrain).split(" ")
    words.insert(rng.randint(0, len(words)), word)
    assert read_order(" ".join(words), situation).order in (order, None)


@settings(PROPERTY, max_examples=400)
@given(st.integers(0, 5), st.randoms(use_true_random=False))
def test_an_order_cut_short_never_becomes_another_unless_it_is_one(at: int, rng: random.Random) -> None:
    situation = places()[at]
    order = rng.choice(sorted(legal_in(situation)))
    words = order.split(" ")
    short = " ".join(words[: rng.randint(1, len(words) - 1)])
    line = read_order(short, situation)
    # "A PAR S A MUN" is all that is left of the support of a move: nobody can tell.
    assert line.order is None or line.order == short or (words[-1] == "VIA" and line.order in (order, short))


@pytest.mark.parametrize("filler", ["the " * 300, "france " * 100, "\u00af" * 2500, "\ufdfa" * 250])
def test_what_is_cut_from_a_long_text_is_missed(filler: str) -> None:
    line = read_order(f"A PAR S A PIC {filler} - BEL", WEST.situation("FRANCE"))
    assert line.order != "A PAR S A PIC"


@pytest.mark.parametrize(
    "unit", ["A", "A ", "(", "[(", "a(", "-", "- ", "->", "<", "&", ". A ", ",", "PAR:", "\n", "ﷺ", "S "]
)
def test_long_texts_end(unit: str) -> None:
    situation = WEST.situation("FRANCE")
    for size in (3_900, 100_000, 1_000_000):
        for start in ("", "A PAR - BUR ", "A PAR S A MUN, "):
            line = interpret([(start + unit * (size // len(unit)))[:size]], situation).lines[0]
            assert len(line.text) <= 200
