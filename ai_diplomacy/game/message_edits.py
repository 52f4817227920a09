"""Forks in which a message is changed: what stays as it was said, whether the message is there, and its delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ..board.board import Board
from ..board.commitment_text import read_commitment
from ..board.commitments import Commitment
from ..board.edits import EditedMessage, MessageEdit, edited, read_edit
from ..board.press import Message
from ..board.terrain import terrain
from ..records.errors import ConfigError
from ..run.create import phase_before
from ..run.history import RunHistory
from .config import GameConfig
from .events import MessageDelivered, MessageEdited

_MOST_LISTED = 12
_MAY_DIFFER = ("edits", "seed", "max_year", "end_at_phase")


class RoundEdits:
    """The edits of one round, made when its messages are delivered."""

    def __init__(self, config: GameConfig, board: Board, round: int) -> None:
        here = (edit for edit in edits_of(config) if (edit.phase, edit.round) == (board.phase, round))
        self._edits = [edit for edit in here if edit.action != "keep"]
        self._board = board
        self._made: Sequence[EditedMessage] = ()

    def __call__(self, messages: Sequence[Message], first: int) -> tuple[Message, ...]:
        """As ``board.press.Edit``."""
        allowed = [replace(edit, pledges=self._legal(edit)) for edit in self._edits]
        changed, self._made = edited(messages, first, allowed, self._board.survivors)
        return changed

    def events(self) -> Iterator[MessageEdited]:
        for edit, made in zip(self._edits, self._made, strict=True):
            before = None if made.before is None else made.before.body
            after = None if made.after is None else made.after.body
            place = (edit.phase, edit.round, edit.sender, edit.recipients)
            yield MessageEdited(*place, str(edit), before, after, self._problem(edit, made))

    def _legal(self, edit: MessageEdit) -> tuple[Commitment, ...] | None:
        if edit.pledges is None or edit.sender not in self._board.survivors:
            return edit.pledges
        situation = self._board.situation(edit.sender)
        read = (read_commitment(pledge, situation, edit.recipients) for pledge in edit.pledges)
        return tuple(commitment for line in read for commitment in line.commitments)

    def _problem(self, edit: MessageEdit, made: EditedMessage) -> str:
        if made.before is made.after is None:
            return "nobody is there to write it or to read it" if edit.action == "add" else "there was no such message"
        lost = [pledge for pledge in edit.pledges or () if made.after is None or pledge not in made.after.pledges]
        return f"not possible, so not pledged: {', '.join(lost)}" if lost and made.after else ""


def edits_of(config: GameConfig) -> tuple[MessageEdit, ...]:
    """Those of the settings, read."""
    return _read(config.edits, config.map)


@lru_cache(maxsize=64)
def _read(edits: tuple[str, ...], map_name: str) -> tuple[MessageEdit, ...]:
    """Every step of a fork with edits asks for them."""
    return tuple(read_edit(text, terrain(map_name)) for text in edits)


def first_edited(config: GameConfig) -> MessageEdit:
    """The edit that comes first in the game."""
    return min(edits_of(config), key=lambda edit: (edit.phase, edit.round))


def said_before(config: GameConfig) -> Callable[[str, str, int], bool]:
    """Whether a step (phase, step, round) was begun before the first of the edited messages was delivered."""
    first = first_edited(config)

    def said(phase: str, step: str, round: int) -> bool:
        written = round + (step == "provisional") if step in ("negotiate", "provisional") else None
        return phase == first.phase and (step == "initialize" or (written is not None and written <= first.round))

    return said


def check_edits(history: RunHistory[GameConfig], base: GameConfig, config: GameConfig, phase: str) -> None:
    """Raises ``ConfigError`` unless the fork from the phase can make its edits, and what was said before them stands.

    ``base``: the settings of the phase in the run that is forked."""
    first = first_edited(config)
    if phase != first.phase:
        raise ConfigError(f"--edit: the fork begins with {phase}; begin it with {first.phase}, where the first edit is")
    old, new = ({**held.game_settings(), **dict.fromkeys(_MAY_DIFFER)} for held in (base, config))
    if changed := sorted(name for name in old if old[name] != new[name]):
        raise ConfigError(
            f"--edit: what was said before the message stays, so it was said with {', '.join(changed)} as before; fork "
            "with those first, and edit a message of that fork"
        )
    if base.last_year != config.last_year:
        raise ConfigError("--edit: prompts name the last year, so it stays as it was while others read the message")
    after = phase_before(history, phase)
    earlier = history.settings.before(after) if after else ()
    if base.seed != (earlier[-1][1] if earlier else history.settings.first).seed:
        raise ConfigError(f"--edit: the run took another seed just before {phase}; edit a message of a later phase")
    there = [
        event
        for _, event in RunHistory(history.path, history.kind, keep=False).read()
        if isinstance(event, MessageDelivered) and (event.phase, event.round) == (first.phase, first.round)
    ]
    if first.round > base.rounds:
        raise ConfigError(f"--edit: {first}: {first.phase} has {base.rounds} rounds of press")
    for edit in edits_of(config):
        if edit.action in ("add", "keep") or (edit.phase, edit.round) != (first.phase, first.round):
            continue
        place = (edit.sender, edit.recipients)
        count = sum((event.sender, tuple(event.recipients)) == place for event in there)
        if edit.number > count:
            said = sorted({f"{event.sender}>{','.join(event.recipients)}" for event in there})
            shown = ", ".join(said[:_MOST_LISTED]) + (", ..." if len(said) > _MOST_LISTED else "")
            named = f"{edit.sender}>{','.join(edit.recipients)}"
            raise ConfigError(
                f"--edit: round {edit.round} of {edit.phase} has {count or 'no'} messages {named}; it has "
                f"{shown or 'none'}"
            )
