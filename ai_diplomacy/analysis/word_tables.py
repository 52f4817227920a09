"""What judges say, as tables: for people, and for files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from typing import NamedTuple

from .agreement import Kappa, Share
from .estimates import MARKS
from .formatting import NONE
from .shown_table import ShownTable, shown_table
from .word_by_judges import CountsByJudge, WordsJudged


def shown(words: WordsJudged) -> list[ShownTable]:
    """Those that have rows."""
    made = [
        shown_table(
            "judges",
            "Judges",
            ("judge", "games", "phases of one power each", "not answered", "promises in prose", "entries refused"),
            1,
            [(t.judge, *map(str, (t.games, t.asked, t.unanswered, t.found, t.refused))) for t in words.judges],
        ),
        shown_table(
            "judged_words",
            "Promises in prose, and broken pledges, by judges",
            ("judge", "player", "in prose", "kept", "broken", "on purpose", "taken back",
             "pledges broken", "on purpose", "taken back"),
            2,
            [(*names, *map(str, _told(counts))) for names, counts in words.players.items()],
        ),
        shown_table(
            "judges_agreement",
            "Agreement of judges with each other, and with the rules",
            ("what", "first", "second", "kappa, [95 % interval]", "alike", "both yes", "first alone", "second alone",
             "neither"),
            3,
            [(a.what, a.first, a.second, *_agreed(a.kappa)) for a in words.agreements],
        ),
        shown_table(
            "judges_and_labels",
            "Against human labels, [95 % interval]",
            ("what", "who", "precision", "recall"),
            2,
            [(one.what, one.who, _share(one.precision), _share(one.recall)) for one in words.labelled],
        ),
    ]  # fmt: skip
    return [table for table in made if table.rows]


def _told(counts: CountsByJudge) -> Iterator[int]:
    for told, names in ((counts.found, ("made", "kept", "broken")), (counts.declared, ("broken",))):
        yield from (told[name] for name in names)
        yield told["lie"] + told["changed"]
        yield told["taken back"] + told["retracted"]


def _agreed(kappa: Kappa) -> tuple[str, ...]:
    interval = "" if kappa.low is None or kappa.high is None else f" [{kappa.low:.2f}, {kappa.high:.2f}]"
    value = NONE if kappa.value is None else f"{kappa.value:.2f}{interval}{MARKS[kappa.mark]}"
    alike = NONE if kappa.alike is None else f"{100 * kappa.alike:.1f} %"
    return (value, alike, *map(str, (kappa.both, kappa.first, kappa.second, kappa.neither)))


def _share(share: Share) -> str:
    return NONE if share.value is None else f"{100 * share.value:.1f} %: {share}"


Cells = tuple[str | int | float | None, ...]


class FileTable(NamedTuple):
    """A table for a file."""

    name: str
    columns: str
    rows: list[Cells]


def filed(words: WordsJudged) -> Iterator[FileTable]:
    """All of them."""
    yield FileTable(
        "judges", "judge games asked unanswered promises_in_prose refused", [astuple(told) for told in words.judges]
    )
    yield FileTable(
        "judgements",
        "judge game phase round sender recipient source commitment verdict decided ordered by reason account where "
        "quote message said",
        [
            (
                *(one.judge, one.game, row.phase, row.round, row.sender, row.recipient, row.source, row.commitment),
                *(row.verdict, row.decided, "; ".join(row.ordered), row.by, row.reason, row.account, row.where),
                *(row.quote, row.sequence, one.said),
            )
            for one in words.rows
            for row in [one.row]
        ],
    )
    yield FileTable(
        "agreement",
        "what first second kappa low high alike both_yes first_alone second_alone neither games mark",
        [
            (
                *(one.what, one.first, one.second, k.value, k.low, k.high, k.alike),
                *(k.both, k.first, k.second, k.neither, k.clusters, k.mark),
            )
            for one in words.agreements
            for k in [one.kappa]
        ],
    )
    yield FileTable(
        "against_labels",
        "what who precision precision_low precision_high found recall recall_low recall_high there hits",
        [
            (
                *(one.what, one.who, one.precision.value, *(one.precision.interval or (None, None)), one.precision.of),
                *(one.recall.value, *(one.recall.interval or (None, None)), one.recall.of, one.recall.hits),
            )
            for one in words.labelled
        ],
    )
