"""What a player may know at a step: the board, the press it can read, and how pledges turned out."""

from __future__ import annotations

from ..board.board import Board
from ..board.phase import Phase
from ..board.player import View
from ..board.press import Mailbox, Message
from ..run.settings_history import SettingsHistory
from ..run.stages import Stage
from .config import GameConfig
from .message_edits import said_before
from .pledges import Pledges


def view(
    board: Board,
    mailbox: Mailbox,
    pledges: Pledges,
    power: str,
    stage: Stage,
    settings: SettingsHistory[GameConfig],
) -> View:
    """The frozen view of one power for one step, from the board, the mailbox and the pledges as they stand."""
    step, round = stage.step, stage.round
    # What is asked beside a round of press goes by the same as what is written in it.
    writing = step in ("negotiate", "provisional")
    coming = round + (step == "provisional")
    situation = board.situation(power)
    turn = [result.phase for result in situation.recent]
    after = step in ("reflect", "consolidate", "interview")
    heard = [situation.phase] if situation.kind == "M" and not after else turn
    ended = turn[-1] if after and turn else None
    config = settings.at(ended or situation.phase)
    rounds = config.rounds
    earlier = board.turns_before(1, config.turns_shown(power) - 1)
    past = [result.phase for result in (*earlier, *(() if after else situation.recent))]
    return View(
        game=str(_seed(settings, config, ended or situation.phase, stage)),
        situation=situation,
        last_year=config.last_year,
        round=round,
        rounds=rounds,
        press=() if step in ("initialize", "consolidate") else mailbox.readable(power, heard),
        awaiting=_awaiting(mailbox, power, turn, situation.phase) if writing else (),
        unanswered=_silent(mailbox, power, turn, situation.phase, coming, rounds) if writing else (),
        returned=mailbox.returned_to(power, situation.phase),
        pledges=pledges.outcomes(power) if situation.kind == "M" or step != "order" else (),
        standing=() if after else pledges.standing(power),
        earlier=earlier,
        earlier_press=mailbox.readable(power, past) if earlier or config.turns_shown(power) > 1 else (),
        ended=ended,
        background=stage.background,
        awaited=stage.awaited,
        joined=stage.joins,
        truth_tags=config.truth_tags,
    )


def _seed(settings: SettingsHistory[GameConfig], config: GameConfig, phase: str, stage: Stage) -> int:
    """Forks with other seeds differ from each other by what comes after the first message that is edited."""
    if config.edits and said_before(config)(phase, stage.step, stage.round):
        return settings.preceding(phase).seed
    return config.seed


def _awaiting(mailbox: Mailbox, power: str, turn: list[Phase], phase: Phase) -> tuple[Message, ...]:
    to_power, _ = mailbox.unanswered(power, [*turn, phase])
    return tuple(message for message in to_power if message.phase != phase)


def _silent(mailbox: Mailbox, power: str, turn: list[Phase], phase: Phase, round: int, rounds: int) -> tuple[str, ...]:
    """Powers that left a private message of this power unanswered although a round has passed in which to answer."""

    def had_a_chance(message: Message) -> bool:
        passed = round - 1 if message.phase == phase else rounds + round - 1
        return message.round < passed

    return mailbox.silent(power, [*turn, phase], had_a_chance)
