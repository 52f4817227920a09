"""Press: messages between powers, the mailbox that delivers them, and who may read what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from .commitments import Commitment
from .phase import Phase
from .recipients import ALL as ALL
from .recipients import addressed
from .terrain import Terrain

Problem = Literal["unknown_recipient", "no_recipient", "empty", "too_many", "too_long"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as its sender wrote it, before anyone checked it."""

    to: tuple[str, ...]
    """Recipients in the sender's own words."""
    body: str
    pledges: tuple[Commitment, ...] = ()
    """What the sender commits itself to towards everyone who reads it, possible when it was written."""
    meant: bool | None = None
    """Whether the sender means what it says, as it tells nobody who plays; ``None``: it does not say."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was delivered."""

    sender: str
    recipients: tuple[str, ...]
    """Powers, sorted, without the sender; or ``(ALL,)``."""
    body: str
    pledges: tuple[Commitment, ...]
    phase: Phase
    round: int
    """Round of negotiation, from 1."""
    sequence: int
    """Position among all messages of the game, from 1."""

    @property
    def public(self) -> bool:
        return self.recipients == (ALL,)

    def readable_by(self, power: str) -> bool:
        return self.public or power == self.sender or power in self.recipients

    def answers(self, message: Message, reader: str) -> bool:
        """Whether the reader writes here to the sender of that message, in a later round or phase."""
        return (
            self.sender == reader
            and message.sender in self.recipients
            and self.sequence > message.sequence
            and (self.phase, self.round) != (message.phase, message.round)
        )

    def document(self) -> dict[str, Any]:
        """This message as plain JSON data, as files have it."""
        document: dict[str, Any] = {
            "sender": self.sender,
            "recipients": list(self.recipients),
            "round": self.round,
            "body": self.body,
        }
        if self.pledges:
            document["pledges"] = list(self.pledges)
        return document


@dataclass(frozen=True, slots=True)
class Returned:
    """What could not be delivered as written, told to its sender alone."""

    sender: str
    phase: Phase
    round: int
    problem: Problem
    detail: str
    """A sentence for the sender."""
    body: str
    """The text, or the part of it that was cut off."""


Edit = Callable[[Sequence[Message], int], tuple[Message, ...]]
"""Changes the messages of a round before anybody reads them; the number is that of the first."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one round's drafts."""

    messages: tuple[Message, ...]
    returned: tuple[Returned, ...]
    meant: Mapping[int, bool]
    """Sequence of a message -> whether its sender means it, of those whose senders said so; no message holds it."""


class Mailbox:
    """All press of one game. Messages of a round are delivered together, in the order of the powers."""

    def __init__(self, ground: Terrain, *, max_messages: int = 6, max_characters: int = 1200) -> None:
        """``max_messages`` a power and round; ``max_characters`` a message."""
        self._ground = ground
        self._max_messages = max_messages
        self._max_characters = max_characters
        self._messages: list[Message] = []
        self._readable: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
        """(power, phase) -> the messages of the phase that the power may read."""
        self._returned: list[Returned] = []

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    def deliver(
        self,
        phase: Phase,
        round: int,
        drafts: Mapping[str, Sequence[Draft]],
        alive: Iterable[str],
        edit: Edit | None = None,
    ) -> Delivery:
        """Deliver one round. ``drafts``: sender -> messages; ``alive``: the powers that can write and be written to.

        Bodies come out as ``clean_text``. Raises ``ValueError`` for a sender who is not alive.
        """
        living, longest = frozenset(alive), self._max_characters
        if strangers := sorted(set(drafts) - living):
            raise ValueError(f"no power in the game: {', '.join(strangers)}")
        delivered: list[Message] = []
        tags: list[bool | None] = []
        returned: list[Returned] = []
        for sender in sorted(drafts):
            sent = 0
            for draft in drafts[sender]:
                body = clean_text(draft.body)
                kept, rest = body[:longest], body[longest : 2 * longest]
                problems, recipients = self._address(sender, body, draft.to, living)
                if recipients and sent == self._max_messages:
                    problems.append(("too_many", f"not sent: {sent} messages a round are allowed"))
                    recipients = ()
                returned += [Returned(sender, phase, round, problem, detail, kept) for problem, detail in problems]
                if not recipients:
                    continue
                if rest:
                    detail = f"cut after {longest} of {len(body)} characters"
                    returned.append(Returned(sender, phase, round, "too_long", detail, rest))
                sent += 1
                sequence = len(self._messages) + len(delivered) + 1
                delivered.append(Message(sender, recipients, kept, draft.pledges, phase, round, sequence))
                tags.append(draft.meant)
        written = list(zip(delivered, tags, strict=True))
        if edit is not None:
            delivered = list(edit(delivered, len(self._messages) + 1))
        self.add(delivered)
        self._returned += returned
        return Delivery(tuple(delivered), tuple(returned), _meant(delivered, written))

    def add(self, messages: Iterable[Message]) -> None:
        """Keep messages that were delivered, behind all others."""
        for message in messages:
            self._messages.append(message)
            for power in filter(message.readable_by, self._ground.powers):
                self._readable[power, message.phase].append(message)

    def readable(self, power: str, phases: Iterable[str]) -> tuple[Message, ...]:
        """The messages of these phases that the power may read, oldest first."""
        found = [message for phase in dict.fromkeys(phases) for message in self._readable.get((power, phase), ())]
        return tuple(sorted(found, key=lambda message: message.sequence))

    def returned_to(self, power: str, phase: str) -> tuple[Returned, ...]:
        """What came back to this sender in this phase."""
        return tuple(r for r in self._returned if r.sender == power and r.phase == phase)

    def unanswered(self, power: str, phases: Iterable[str]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        """Private messages of these phases left without an answer: (to this power, by this power).

        A message is answered once its reader wrote to its sender in a later round or phase. Messages
        to several are judged reader by reader; public ones ask for no answer.
        """
        waiting = self._waiting(power, phases)
        by_power = dict.fromkeys(message for message, _ in waiting if message.sender == power)
        return tuple(message for message, reader in waiting if reader == power), tuple(by_power)

    def silent(self, power: str, phases: Iterable[str], had_a_chance: Callable[[Message], bool]) -> tuple[str, ...]:
        """Powers, sorted, that left a private message of this power in these phases unanswered; only messages
        for which ``had_a_chance`` count."""
        waiting = self._waiting(power, phases)
        return tuple(
            sorted({reader for message, reader in waiting if message.sender == power and had_a_chance(message)})
        )

    def _waiting(self, power: str, phases: Iterable[str]) -> list[tuple[Message, str]]:
        """The private messages that the power wrote or got, each with every reader who has not answered it."""
        private = [message for message in self.readable(power, phases) if not message.public]
        # Of all that one power wrote to another, the last answers whatever any of it does.
        last = {(message.sender, reader): message for message in private for reader in message.recipients}
        return [
            (message, reader)
            for message in private
            for reader in message.recipients
            if (reader, message.sender) not in last or not last[reader, message.sender].answers(message, reader)
        ]

    def _address(
        self, sender: str, body: str, names: Sequence[str], living: frozenset[str]
    ) -> tuple[list[tuple[Problem, str]], tuple[str, ...]]:
        """Who gets the message, and what its sender is told about the others."""
        if not body.strip():
            return [("empty", "not sent: the message has no text")], ()
        meant = addressed(names, self._ground)
        known = {power for power in meant.known if power in (ALL, *living)}
        notices: list[tuple[Problem, str]] = []
        if meant.unknown:
            shown = ", ".join(repr(name[:40]) for name in meant.unknown[:3])
            more = f" and {len(meant.unknown) - 3} more" if len(meant.unknown) > 3 else ""
            notices.append(("unknown_recipient", f"not sent to {shown}{more}: no such power"))
        if gone := sorted(meant.known - known):
            notices.append(("unknown_recipient", f"not sent to {', '.join(gone)}: out of the game"))
        if ALL in known:
            # One misspelt name beside ALL withholds nothing: a public message reaches everyone anyway.
            return notices, () if meant.doubtful else (ALL,)
        known.discard(sender)
        if not known and not notices:
            notices.append(("no_recipient", "not sent: it names no other power"))
        return notices, tuple(sorted(known))


def _meant(delivered: Iterable[Message], written: list[tuple[Message, bool | None]]) -> dict[int, bool]:
    """``written``: each message as its sender wrote it, with its tag. A tag is about no other words."""
    found: dict[int, bool] = {}
    for message in delivered:
        own = next((pair for pair in written if replace(message, sequence=pair[0].sequence) == pair[0]), None)
        if own is not None:
            written.remove(own)
            if own[1] is not None:
                found[message.sequence] = own[1]
    return found


def clean_text(text: str) -> str:
    """The text as it can be written to any file: lone surrogates become U+FFFD, control characters but newline
    and tab go. Everything else stays as it was written."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONE_SURROGATES.sub("\ufffd", _CONTROLS.sub("", unified))
