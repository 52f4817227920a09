"""Promises of a played game: the same in the events, the tables and the stories, and in any language."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import replace

import pytest

from ai_diplomacy.agent.events import DiaryWritten, OrdersExplained, Planned
from ai_diplomacy.analysis.read_games import read_game
from ai_diplomacy.board.breaking import Ground, breaking, concerns
from ai_diplomacy.board.commitments import Promise
from ai_diplomacy.board.press import ALL
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.counts import ErrorCounts
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.events import MessageDelivered, PledgeJudged
from ai_diplomacy.game.summary import broken_lines
from ai_diplomacy.game.turns_told import TurnsTold
from ai_diplomacy.game.word_and_deed import promised_in
from ai_diplomacy.run.history import RunHistory
from ai_diplomacy.run.settings_history import SettingsHistory

_BREAKS = re.compile(r"\b(?:not keep|cannot keep|break|is a lie|no longer mean)\b")


@pytest.fixture(scope="module")
def events(offline_run):
    return [event for _, event in RunHistory(offline_run.path, DIPLOMACY, keep=False).read()]


def promised(events):
    told = TurnsTold("standard")
    for event in events:
        told.event(event)
    return promised_in(told.turns(), finished=told.finished)


def test_what_the_game_told_while_it_was_played_is_what_a_look_back_finds(events):
    told = {(e.phase, e.sender, e.recipients[0], e.pledged): e.verdict for e in events if isinstance(e, PledgeJudged)}
    rows = [row for row in promised(events) if row.source == "pledge"]
    assert told == {(row.phase, row.sender, row.recipient, row.commitment): row.verdict for row in rows}
    assert len(rows) == len(told) > 20


def test_no_verdict_of_a_pledge_depends_on_the_language(events):
    """All prose in another language, which nobody speaks: letters are exchanged, orders and pledges are not prose."""

    def foreign(text: str) -> str:
        return codecs.encode(text, "rot13")

    def translated(event):
        match event:
            case MessageDelivered():
                return replace(event, body=foreign(event.body))
            case DiaryWritten():
                return replace(event, text=foreign(event.text))
            case Planned():
                return replace(event, directive=foreign(event.directive))
            case OrdersExplained():
                return replace(event, reasoning=foreign(event.reasoning), intent=foreign(event.intent))
        return event

    def verdicts(rows):
        return [replace(row, account="", where="", quote="") for row in rows if row.source == "pledge"]

    assert verdicts(promised(map(translated, events))) == verdicts(promised(events))


def test_stories_tables_and_counts_agree_on_who_broke_its_word(offline_run, events):
    rows = [row for row in promised(events) if row.verdict == "broken"]
    assert rows
    assert [row for row in read_game(offline_run.path, offline_run.path).promised if row.verdict == "broken"] == rows
    counts = json.loads((offline_run.path / "overview.jsonl").read_text().splitlines()[0])["errors_by_power"]
    for power, figures in counts.items():
        own = [row for row in rows if row.sender == power]
        assert figures["pledges_broken"] == sum(row.source == "pledge" for row in own)
        assert figures["confessed_breaches"] == sum(row.source == "confessed" for row in own)
        assert figures["broken_on_purpose"] == sum(row.source == "pledge" and row.on_purpose for row in own)
        story = (offline_run.path / "powers" / f"{power}.md").read_text()
        told = re.findall(r"\*\*Broke its word\*\* (.*?): `(.*?)`", story)
        mine = [("everyone" if row.recipient == ALL else row.recipient.title(), row.commitment) for row in own]
        suffered = [
            (f"{row.sender.title()}, to {'everyone' if row.recipient == ALL else 'us'}", row.commitment)
            for row in rows
            if row.sender != power and (row.recipient == power or (row.recipient == ALL and row.source == "pledge"))
        ]
        assert sorted(told) == sorted([*((f"to {to}", text) for to, text in mine), *suffered])


def test_a_reader_is_told_nothing_of_why(offline_run, events):
    """The words of an account are private: no story but their writer's has them, unless it wrote them in press too."""
    said = " ".join(event.body for event in events if isinstance(event, MessageDelivered))
    quotes = [(row.sender, row.quote) for row in promised(events) if row.quote and row.quote not in said]
    for sender, quote in quotes:
        for power in {event.sender for event in events if isinstance(event, MessageDelivered)} - {sender}:
            assert quote not in (offline_run.path / "powers" / f"{power}.md").read_text()


def test_every_breach_that_the_offline_model_confesses_is_booked(offline_run, events):
    """Whatever promise its private words name beside words of breaking, if the orders break it."""
    told = TurnsTold("standard")
    for event in events:
        told.event(event)
    booked = {(row.sender, row.decided, row.commitment.promise) for row in promised(events) if row.verdict == "broken"}
    confessed = set()
    for turn in told.turns():
        ground = Ground(turn.units, turn.centers)
        for power, texts in turn.private.items():
            for sentence in re.split(r"(?<=[.!?]) ", " ".join(text.text for text in texts)):
                if not _BREAKS.search(sentence):
                    continue
                for promise in map(Promise, re.findall(r"`([^`]*)`", sentence)):
                    for phase, orders in turn.orders.items():
                        if concerns(promise, phase) and breaking(promise, power, phase, ground, orders) is not None:
                            confessed.add((power, phase, promise))
    assert len(confessed) >= 3
    assert confessed <= booked
    counts = ErrorCounts(SettingsHistory(GameConfig(models={}, max_year=1902), DIPLOMACY.order))
    counts.broken = [row for row in promised(events) if row.verdict == "broken"]
    shown = " ".join(broken_lines(counts))
    for power, phase, promise in confessed:
        assert re.search(rf"{phase} {power.title()} broke its word to \w+: {re.escape(promise)}", shown)
