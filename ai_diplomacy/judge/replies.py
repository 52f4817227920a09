"""A judge's answer, and which of its entries stand: each must quote the text that it is said to be from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..agent.replies import StepReply, Text
from ..analysis.judgements import FoundCommitment, FoundEnding, FoundIntent
from ..board.commitment_text import read_commitment
from ..board.commitments import Commitment
from ..board.press import ALL, Message
from .cases import Case, seen_by, where

_ALL = "all"
_SIGNS = str.maketrans("\u2018\u2019\u201c\u201d\u00ab\u00bb\u2013\u2014\u2026", '\'\'""""--.')
"""What models write otherwise when they copy: quotation marks, dashes."""
_DOTS = re.compile(r"\.{2,}")
_LEAST = 2
"""Characters of a quote."""


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.strip().isdecimal() else 0 if value is None else value


def _listed(value: Any) -> Any:
    return [] if value is None else value


Number = Annotated[int, BeforeValidator(_number)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    to: Text = ""
    commitment: Text = ""
    quote: Text = ""


class MessageEntry(_Entry):
    number: Number = 0


class NoteEntry(_Entry):
    stance: Text = ""
    where: Text = ""


MessageEntries = Annotated[list[MessageEntry], BeforeValidator(_listed)]


class JudgeReply(StepReply):
    commitments: MessageEntries = Field(default_factory=list)
    intents: Annotated[list[NoteEntry], BeforeValidator(_listed)] = Field(default_factory=list)
    withdrawals: MessageEntries = Field(default_factory=list)
    releases: MessageEntries = Field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """What of an answer stands, and why the rest does not."""

    commitments: list[FoundCommitment] = field(default_factory=list)
    intents: list[FoundIntent] = field(default_factory=list)
    endings: list[FoundEnding] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class _RefusedError(ValueError):
    """An entry that does not stand."""


def findings(reply: JudgeReply, case: Case) -> Findings:
    """Of an answer about the case."""
    found = Findings()
    reading = _EntryReading(case)
    _take(reply.commitments, "commitments", reading.commitment, found.commitments, found.wrong)
    _take(reply.intents, "intents", reading.intent, found.intents, found.wrong)
    _take(reply.withdrawals, "withdrawals", reading.withdrawal, found.endings, found.wrong)
    _take(reply.releases, "releases", reading.release, found.endings, found.wrong)
    return found


T = TypeVar("T")
W = TypeVar("W", MessageEntry, NoteEntry)


def _take(entries: Sequence[W], name: str, read: Callable[[W], Iterable[T]], found: list[T], wrong: list[str]) -> None:
    for number, entry in enumerate(entries):
        try:
            found += [value for value in read(entry) if value not in found]
        except _RefusedError as error:
            wrong.append(f"{name}[{number}]: {error}.")


class _EntryReading:
    """Entries of one answer, read one by one."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._place = (case.turn.phase, case.power)
        self._messages = {message.sequence: message for message in case.messages if message.sender == case.power}

    def commitment(self, entry: MessageEntry) -> Iterator[FoundCommitment]:
        """None of what is declared."""
        message, reader = self._message(entry)
        for commitment in self._commitments(entry.commitment, reader):
            if not any(_same(commitment, pledge) for pledge in message.pledges):
                yield FoundCommitment(*self._place, reader, commitment, message.sequence, entry.quote.strip())

    def intent(self, entry: NoteEntry) -> Iterator[FoundIntent]:
        stance, reader = entry.stance.strip().lower(), entry.to.strip().upper()
        if stance not in ("keep", "break"):
            raise _RefusedError(f"stance {entry.stance[:40]!r} is neither keep nor break")
        if reader not in {*self._case.turn.units, ALL} - {self._case.power}:
            raise _RefusedError(f"{entry.to[:40]!r} is no other power")
        texts = [note.text for note in self._case.notes if where(note) == entry.where.strip()]
        if not texts:
            raise _RefusedError(f"there is no note {entry.where[:40]!r}")
        _check_quote(entry.quote, texts, f"the note {entry.where.strip()}")
        said = entry.where.strip(), entry.quote.strip()
        for commitment in self._commitments(entry.commitment, reader):
            yield FoundIntent(*self._place, reader, commitment, "keep" if stance == "keep" else "break", *said)

    def withdrawal(self, entry: MessageEntry) -> Iterator[FoundEnding]:
        """Of what ``power`` has promised."""
        return self._endings(entry, "withdrawal")

    def release(self, entry: MessageEntry) -> Iterator[FoundEnding]:
        """Of what the reader has promised."""
        return self._endings(entry, "release")

    def _endings(self, entry: MessageEntry, kind: Literal["withdrawal", "release"]) -> Iterator[FoundEnding]:
        message, reader = self._message(entry)
        phase, sender = self._place
        ended: Sequence[Commitment | None] = (None,)
        if entry.commitment.strip().lower() != _ALL:
            maker, to = (sender, reader) if kind == "withdrawal" else (entry.to.strip().upper(), sender)
            if maker == ALL:
                raise _RefusedError("a release names whom it frees, or is of all")
            ended = self._commitments(entry.commitment, to, maker)
        for commitment in ended:
            yield FoundEnding(phase, kind, sender, reader, commitment, message.sequence, entry.quote.strip())

    def _message(self, entry: MessageEntry) -> tuple[Message, str]:
        """The message that an entry is about, and the reader that it names."""
        message, reader = self._messages.get(entry.number), entry.to.strip().upper()
        if message is None:
            raise _RefusedError(f"{entry.number} is no message of {self._case.power}")
        readers = {*self._case.turn.units, ALL} if message.public else {*message.recipients}
        if reader not in readers - {self._case.power}:
            raise _RefusedError(f"{entry.to[:40]!r} is no reader of message {entry.number}")
        _check_quote(entry.quote, [message.body], f"message {entry.number}")
        return message, ALL if message.public else reader

    def _commitments(self, text: str, reader: str, maker: str = "") -> Sequence[Commitment]:
        """What is promised, in the one notation. One that was declared need not be possible any more."""
        maker = maker or self._case.power
        with suppress(ValueError):
            written = Commitment(" ".join(text.split()))
            if any(_same(written, one.commitment) for one in self._case.declared) and maker == self._case.power:
                return (written,)
        mine = maker == self._case.power
        situation = self._case.view.situation if mine else seen_by(maker, self._case.turn)
        line = read_commitment(text, situation, (reader,))
        if line.reason is not None:
            raise _RefusedError(line.reason)
        if any(commitment.ends for commitment in line.commitments):
            raise _RefusedError(f"{text[:60]!r} promises nothing")
        return line.commitments


def _same(one: Commitment, other: Commitment) -> bool:
    """Whether both promise the same, for whatever term."""
    return one.promise is not None and one.promise == other.promise


def _check_quote(quote: str, texts: Iterable[str], where: str) -> None:
    said = plain(quote)
    if len(said) < _LEAST or not any(said in plain(text) for text in texts):
        raise _RefusedError(f"the quote {quote[:60]!r} does not stand in {where}")


def plain(text: str) -> str:
    """A text as quotes are looked for in it: blanks, quotation marks and dashes of all kinds are alike."""
    return " ".join(_DOTS.sub(".", text.translate(_SIGNS)).split())
