"""Any text -> the commitments that it makes, in the one notation, or a reason that helps its writer to correct it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from .commitments import Commitment
from .possible import possible_orders
from .promise_text import Speaker, UnreadPromiseError, promises
from .recipients import ALL, addressed
from .situation import Situation
from .term_text import Term

LONGEST = 200
"""Characters of a text; nobody needs more to promise something."""
_MOST = 20
"""Commitments of one text."""
_MOST_WAYS = 4
"""Of parting a condition that stands first from what it is about."""


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """One text that was given as a pledge, and what became of it."""

    text: str
    """As it was given, cut to 200 characters."""
    commitments: tuple[Commitment, ...]
    """What it says, all of it; nothing where a part is not understood."""
    reason: str | None
    """Why it is none, for its writer; ``None`` when it is."""


def read_commitment(text: str, situation: Situation, readers: Iterable[str] = ()) -> CommitmentLine:
    """Read one pledge of ``situation.power`` to the readers of a message, powers or ``ALL``. Never raises on text.

    An order must be legal in the situation, or be a build or disband that may come in the winter of the year.
    """
    shown = text[:LONGEST]
    try:
        if len(text) > LONGEST:
            raise UnreadPromiseError(f"{len(text)} characters are too long for a pledge")
        speaker = Speaker(situation, _living(readers, situation), situation.power)
        plain = _plain(text)
        if "?" in plain:
            raise UnreadPromiseError("a question promises nothing")
        if not plain:
            raise UnreadPromiseError(f"nothing is written; write {speaker.example}")
        found = _commitments(plain, speaker)
        if len(found) > _MOST:
            raise UnreadPromiseError(f"{len(found)} pledges in one text; {_MOST} are the most")
    except UnreadPromiseError as why:
        reason = str(why)
        begins = reason.startswith(shown) if shown else True
        return CommitmentLine(shown, (), reason if begins else f"{shown[:60]!r}: {reason}")
    return CommitmentLine(shown, tuple(dict.fromkeys(found)), None)


def _living(readers: Iterable[str], situation: Situation) -> tuple[str, ...]:
    others = [power for power in situation.survivors if power != situation.power]
    named = set(readers)
    return tuple(others if ALL in named else (power for power in others if power in named))


_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "′": "'"})  # noqa: RUF001
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")


def _plain(text: str) -> str:
    """One line without what surrounds it; signs and letters of one form each."""
    one = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    one = "".join(letter for letter in one if unicodedata.category(letter) not in ("Cf", "Cs"))
    lines = (" ".join(_NUMBERED.sub("", line).split()) for line in one.splitlines())
    return "; ".join(filter(None, lines)).strip(" .;,!\"'`")


_SPLIT = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|&)\s+", re.IGNORECASE)


def _commitments(text: str, speaker: Speaker) -> list[Commitment]:
    """All that the text says as a whole, else piece by piece."""
    try:
        return _whole(text, speaker)
    except UnreadPromiseError as why:
        pieces = [piece for piece in _SPLIT.split(text) if piece]
        if not 2 <= len(pieces) <= _MOST:
            raise
        try:
            found = [one for piece in pieces for one in _whole(piece, speaker)]
        except UnreadPromiseError:
            raise why from None
    holds = {(one.ends, one.until, one.mutual, one.condition) for one in found}
    negated = [one.promise is not None and one.promise.kind == "not" for one in found]
    if len(holds) > 1 or (" and " in text.lower() and any(negated) and not all(negated)):
        raise UnreadPromiseError("what belongs to which pledge is not sure; write each by itself")
    return found


_ENDING = re.compile(
    r"(?:i )?(?:hereby )?(?:(?P<withdraw>withdraw|retract|take back|cancel|revoke|rescind)"
    r"|(?P<release>release|free|excuse|let(?: (?P<whom>\w+))? off))(?:ing|s)?\b:? ?(?P<rest>.*)",
    re.IGNORECASE,
)
_EVERYTHING = re.compile(
    r"(?:all|everything)(?: (?:of|my|your|our|the|them|it|that|this|i|you|promises?|promised|pledges?|pledged"
    r"|commitments?))*",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"(?:(?:my|our|your|their|the|of|from|that|about|to|for|promise|pledge|commitment|word|offer)\b:? ?)+",
    re.IGNORECASE,
)
_WHOM = re.compile(r"(?P<whom>\w+(?: all)?)(?: (?:from|of|off)\b:? ?(?P<rest>.*))?", re.IGNORECASE)
_READER = frozenset(("you", "you all", "them", "everyone", "everybody"))


def _whole(text: str, speaker: Speaker) -> list[Commitment]:
    ending = _ENDING.fullmatch(text)
    if ending is None:
        return _made(text, speaker)
    if ending["withdraw"]:
        return _ended("withdraw", ending["rest"], (speaker,))
    rest = f"{ending['whom']} from {ending['rest']}" if ending["whom"] else ending["rest"]
    promisers = (_as_seen_by(reader, speaker) for reader in speaker.readers)
    return _ended("release", _owed(rest, speaker), promisers)


def _owed(rest: str, speaker: Speaker) -> str:
    """What the readers are released from, without the words that name them."""
    found = _WHOM.fullmatch(rest)
    if found is None or found["whom"].lower() == "all":
        return rest
    if found["whom"].lower() not in _READER:
        named = addressed([found["whom"]], speaker.situation.terrain)
        if not named.known or named.unknown:
            return rest
        if named.known != set(speaker.readers):
            raise UnreadPromiseError("those who read the message are released; leave other names out")
    return found["rest"] or ""


def _ended(verb: str, rest: str, promisers: Iterable[Speaker]) -> list[Commitment]:
    """``promisers``: those who may have promised it."""
    if _EVERYTHING.fullmatch(rest):
        return [Commitment(f"{verb} all")]
    bare = _OF_WHAT.sub("", rest, count=1) if _OF_WHAT.match(rest) else rest
    why = UnreadPromiseError(f"say which promise, or write {verb} all")
    if not bare:
        raise why
    for promiser in promisers:
        if (literal := _literal(f"{verb} {bare}", promiser.situation)) is not None:
            return [literal]
        try:
            return [Commitment(f"{verb} {made}") for made in _made(bare, promiser)]
        except UnreadPromiseError as error:
            why = error
    raise why


def _literal(text: str, situation: Situation) -> Commitment | None:
    """What is in notation and about this map: what was promised need not be possible any more to be ended."""
    try:
        made = Commitment(text)
    except ValueError:
        return None
    promise, ground = made.promise, situation.terrain
    asked = [promise] if promise else []
    if made.condition:
        asked.append(made.condition.asked)
    places = [one.province or (one.unit.province if one.unit else "") for one in asked]
    powers = [one.power for one in asked] + [made.condition.power if made.condition else ""]
    known = {"", *ground.kinds}.issuperset(places) and {"", *ground.powers}.issuperset(powers)
    return made if known else None


def _as_seen_by(power: str, speaker: Speaker) -> Speaker:
    """Another power, as far as the speaker knows what it can promise."""
    situation = speaker.situation
    possible = possible_orders(situation, power) if situation.kind == "M" else {}
    return Speaker(replace(situation, power=power, legal_orders=possible), (speaker.power,), speaker.me)


_IF = re.compile(
    r"[ ,;(]*\b(if|unless|provided(?: that)?|on condition that|as long as|so long as|while(?! (?:it|we|kept)\b))\b:? ",
    re.IGNORECASE,
)
_THEN = re.compile(r" ?(?:[,;:]|\bthen\b) ?(?:then )?", re.IGNORECASE)


def _made(text: str, speaker: Speaker) -> list[Commitment]:
    """Promises with their term and their condition."""
    term = Term(speaker.situation)
    text = term.taken_from(text)
    found = _IF.search(text)
    if found is None:
        return [Commitment(f"{promise}{term}") for promise in promises(text, speaker)]
    sign, rest = found[1].lower(), text[found.end() :]
    ways = [(text[: found.start()], rest)]
    if not found.start():
        ways = [(rest[then.end() :], rest[: then.start()]) for then in islice(_THEN.finditer(rest), _MOST_WAYS)]
    why = UnreadPromiseError(f"write what is promised first: {speaker.example.partition(',')[0]} {sign} ...")
    for main, asked in ways:
        try:
            made = promises(term.taken_from(main), speaker)
            behind = _condition("unless" if sign == "unless" else "if", term.taken_from(asked.rstrip(" )")), speaker)
            return [Commitment(f"{promise}{term} {behind}") for promise in made]
        except UnreadPromiseError as error:
            why = error
    raise why


_OTHER = re.compile(r"(?P<who>[^:]{1,40}): ?(?P<asked>.+)|(?:the )?(?P<first>[^\W_]{3,}) (?P<rest>.+)", re.IGNORECASE)
_DOES = re.compile(r"(?P<what>attack|enter|invade)(?:s|ing)? (?P<whom>.+)", re.IGNORECASE)
"""What is no promise, but the breach of one."""


def _condition(sign: str, text: str, speaker: Speaker) -> str:
    """``if ITALY: A VEN H``. Raises ``UnreadPromiseError``."""
    others = [power for power in speaker.situation.survivors if power != speaker.power]
    example = f"write, for example, {sign} {others[0] if others else ALL}: peace {speaker.power}"
    found = _OTHER.fullmatch(text)
    if found is None:
        raise UnreadPromiseError(f"who must do what is not understood in {text[:40]!r}; {example}")
    name, asked = (found["who"], found["asked"]) if found["who"] else (found["first"], found["rest"])
    if name.lower() == "you":
        if len(speaker.readers) != 1:
            raise UnreadPromiseError(f"several read this, so say who must; {example}")
        power = speaker.readers[0]
    else:
        named = addressed([name], speaker.situation.terrain)
        if named.unknown or len(named.known) != 1 or not named.known.issubset(others):
            raise UnreadPromiseError(f"{name[:40]!r} is no other power in the game; {example}")
        (power,) = named.known
    if re.search(r"\byou\b", asked, re.IGNORECASE):
        raise UnreadPromiseError(f"name the powers in {asked[:40]!r}; {example}")
    if breach := _DOES.fullmatch(asked):
        sign, asked = "if" if sign == "unless" else "unless", f"not {breach['what']} {breach['whom']}"
    try:
        made = promises(asked, _as_seen_by(power, speaker))
    except UnreadPromiseError as why:
        raise UnreadPromiseError(f"{asked[:60]!r} of {power}: {why}") from None
    if len(made) != 1:
        raise UnreadPromiseError(f"a condition asks one thing; {example}")
    return f"{sign} {power}: {made[0]}"
