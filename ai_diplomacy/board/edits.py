"""A message changed by whoever experiments: what a letter did is seen in a game that goes on without it, or with
another one in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .commitments import Commitment
from .phase import Phase
from .press import Message, clean_text
from .recipients import ALL, addressed
from .terrain import Terrain

Action = Literal["change", "drop", "add", "keep"]
"""``keep`` changes nothing: whoever compares needs games that share all that was said before, without an edit."""

_NOTATION = re.compile(
    r"(?:(change|drop|add)\s+)?([SFW]\d+[MRA])\s+(\d{1,3})\s+([^\s>]+)\s*>\s*([^:#]+?)\s*(?:#(\d{1,2}))?\s*(?::(.*))?",
    re.IGNORECASE | re.DOTALL,
)
_KEPT = re.compile(r"keep\s+([SFW]\d+[MRA])\s+(\d{1,3})", re.IGNORECASE)
_PLEDGES = re.compile(r"\[([^\[\]]*)\]\s*$")
_LOWER = re.compile(r"\b(?:WITHDRAW|RELEASE|ALL|NOT|OUT OF|PEACE|STAYS|UNTIL|WHILE KEPT|IF|UNLESS)\b")
"""The words of a commitment's notation that are no names."""
_EXAMPLE = "write, for example, S1902M 1 FRANCE>ITALY: new text"


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """What is done to one message when it is delivered."""

    action: Action
    phase: Phase
    round: int
    sender: str = ""
    """Empty in ``keep``."""
    recipients: tuple[str, ...] = ()
    """As in ``Message``: all of them, and no others."""
    number: int = 1
    """Of the messages of that round from the sender to these recipients."""
    body: str = ""
    pledges: tuple[Commitment, ...] | None = None
    """``None``: those that the message had."""

    def __str__(self) -> str:
        """In the notation that ``read_edit`` reads."""
        if self.action == "keep":
            return f"keep {self.phase} {self.round}"
        action = "" if self.action == "change" else f"{self.action} "
        number = f"#{self.number}" if self.number > 1 else ""
        place = f"{action}{self.phase} {self.round} {self.sender}>{','.join(self.recipients)}{number}"
        pledges = "" if self.pledges is None else f" [{', '.join(self.pledges)}]"
        return place if self.action == "drop" else f"{place}: {self.body}{pledges}"

    def is_of(self, message: Message) -> bool:
        """Whether the message is one of those among which ``number`` counts."""
        place = (message.phase, message.round, message.sender, message.recipients)
        return place == (self.phase, self.round, self.sender, self.recipients)


@dataclass(frozen=True, slots=True)
class EditedMessage:
    """What came of an edit."""

    edit: MessageEdit
    before: Message | None
    after: Message | None
    """Without either of the two there was no such message, or nobody to write it or to read it."""


def read_edit(text: str, ground: Terrain) -> MessageEdit:
    """``[change|drop|add] PHASE ROUND SENDER>RECIPIENT,...[#NUMBER][: TEXT [PLEDGE, ...]]``, or ``keep PHASE ROUND``.
    Raises ``ValueError`` that says what to write instead."""
    if kept := _KEPT.fullmatch(text.strip()):
        return MessageEdit("keep", *_round(text, *kept.groups()))
    found = _NOTATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:80]!r} is no edit; {_EXAMPLE}")
    word, phase, round, sender, readers, number, said = found.groups()
    action: Action = "drop" if (word or "").lower() == "drop" else "add" if (word or "").lower() == "add" else "change"
    place = _round(text, phase, round)
    recipients = _powers(readers.split(","), ground)
    (writer, *more) = _powers([sender], ground)
    if more or writer == ALL or writer in recipients or (ALL in recipients and len(recipients) > 1):
        raise ValueError(f"{text[:80]!r}: one power writes, and others read; {_EXAMPLE}")
    body, pledges = _said(said or "")
    if action == "drop" and (said or "").strip():
        raise ValueError(f"{text[:80]!r}: a message that is dropped has no text; leave {said.strip()[:40]!r} out")
    if action != "drop" and not body:
        raise ValueError(f"{text[:80]!r} gives no text; {_EXAMPLE}, or drop {place[0]} {place[1]} ...")
    if action == "add" and number:
        raise ValueError(f"{text[:80]!r}: a message that is added comes behind the others; leave #{number} out")
    return MessageEdit(action, *place, writer, recipients, int(number or 1), body, pledges)


def _round(text: str, phase: str, round: str) -> tuple[Phase, int]:
    named = Phase(phase.upper())
    if named.kind != "M" or int(round) < 1:
        raise ValueError(f"{text[:80]!r}: press is written in the rounds of movement phases, from 1; {_EXAMPLE}")
    return named, int(round)


def edited(
    messages: Sequence[Message], first: int, edits: Iterable[MessageEdit], alive: Iterable[str]
) -> tuple[tuple[Message, ...], tuple[EditedMessage, ...]]:
    """The messages of one round, numbered from ``first``, with its edits made, and what came of each. What is added
    stands behind the other messages of its sender. ``alive``: the powers that can write and be written to."""
    kept, told, living = list(messages), list[EditedMessage](), {ALL, *alive}
    for edit in (edit for edit in edits if edit.action != "keep"):
        there = [message for message in kept if edit.is_of(message)]
        if edit.action == "add" and living.issuperset((edit.sender, *edit.recipients)):
            place = sum(message.sender <= edit.sender for message in kept)
            place_of = (edit.phase, edit.round, first + place)
            kept.insert(place, Message(edit.sender, edit.recipients, edit.body, edit.pledges or (), *place_of))
            told.append(EditedMessage(edit, None, kept[place]))
        elif edit.action == "add" or edit.number > len(there):
            told.append(EditedMessage(edit, None, None))
        else:
            before = there[edit.number - 1]
            at = kept.index(before)
            if edit.action == "drop":
                del kept[at]
                told.append(EditedMessage(edit, before, None))
            else:
                pledges = before.pledges if edit.pledges is None else edit.pledges
                kept[at] = replace(before, body=edit.body, pledges=pledges)
                told.append(EditedMessage(edit, before, kept[at]))
    return tuple(replace(message, sequence=first + at) for at, message in enumerate(kept)), tuple(told)


def _powers(names: Iterable[str], ground: Terrain) -> tuple[str, ...]:
    meant = addressed([name.strip() for name in names], ground)
    if meant.unknown or not meant.known:
        wrong = meant.unknown[0] if meant.unknown else ""
        raise ValueError(f"{wrong!r} is no power of this map; they are {', '.join(ground.powers)}, or {ALL}")
    return tuple(sorted(meant.known))


def _said(text: str) -> tuple[str, tuple[Commitment, ...] | None]:
    """Text and pledges; the latter only where they are given, be it none."""
    body = clean_text(text.strip())
    listed = _PLEDGES.search(body)
    if listed is None:
        return body, None
    try:
        pledges = tuple(_pledge(text) for text in listed[1].split(",") if text.strip())
    except ValueError:
        return body, None
    return body[: listed.start()].rstrip(), pledges


def _pledge(text: str) -> Commitment:
    """In notation, whatever its capitals. Raises ``ValueError``."""
    return Commitment(_LOWER.sub(lambda word: word[0].lower(), " ".join(text.upper().split())))
