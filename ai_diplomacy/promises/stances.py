"""What a clause says of a promise of its writer: that it is kept, or that it is broken. English, and by rules.

By phrases for breaking and for keeping that are not somebody else's deed, not a condition, and turned round by a
negation. A clause that only weighs a deed says nothing, unless what follows decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from .phrases import PROMISE, compiled, phrases

Stance = Literal["keep", "break"]

_BREAK = compiled("stance", "break")
_KEEP = compiled("stance", "keep")
_FEIGNED = re.compile(phrases("stance", "feigned") + r"(?:\W+\w+){0,4}\W*$", re.IGNORECASE)
WEIGHED = re.compile(phrases("stance", "weighed") + r"|\?\s*$", re.IGNORECASE)
_REFUSED = re.compile(phrases("stance", "refused") + r"|^\W*no\b[:,.]", re.IGNORECASE)
_TOLD = compiled("stance", "told")
_BELIEVES = compiled("stance", "believes")
NEGATED = re.compile(
    r"""(?:\b(?:not|never|no\ longer|without|rather\ than|instead\ of|cannot|nor|hardly|neither|nobody|avoid(?:ing)?
    |refrain\ from|against|nothing\ to\ gain|little\ (?:to\ gain|point|reason)|far\ from|stop
    |too\ (?:early|soon|costly|risky|dangerous|valuable)
    |no\ (?:\w+\ )?(?:reason|intention|need|plans?|wish|desire|point|use|sense|interest|incentive|intent)
    (?:\ (?:to|of|in))?
    |(?:refused?|unwilling|declined?|foolish|unwise|mistake|madness|folly|wrong|stupid|premature|fool)\ (?:\w+\ )?to)\b
    |n't\b)
    (?:\W+[\w{}<>'-]+){0,4}\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_PAST = re.compile(
    r"\b(?:once(?= in|$|[,.])|in the past|last (?:year|spring|fall|autumn|turn|season)|earlier|years? ago"
    r"|previously|back then)\b",
    re.IGNORECASE,
)
_DID = re.compile(r"broke\b|\w+ed\b", re.IGNORECASE)
_SOONER = re.compile(r"\b(?:sooner|rather|better)\W+(?:\w+\W+)?$", re.IGNORECASE)
_NONE = re.compile(r"\bno (?:\w+ )?$", re.IGNORECASE)
_NEEDLESS = re.compile(
    r"^(?:\W+\w+){0,4}?\W+(?:(?:is|are|was|seems?)(?:n't| not| never) (?:\w+ )?(?:needed|necessary|called for"
    r"|required|wise|planned"
    r"|an option|my (?:plan|style|aim|way)|worth|due|on (?:my|the))|(?:is|are) (?:unnecessary|needless"
    r"|pointless|unwise))\b",
    re.IGNORECASE,
)
"""Behind a breach that is none: "deception is not needed"."""
_URGING = (
    r"(?:(?:urg|ask|beg|push|tempt|advis|want|tell|invit|encourag|press|expect|need|told|suggest|propos|hop"
    r"|wish|lik|fear|dread"
    r"|suspect|worr|think|believ|accus|say|said|assum)"
    r"(?:e|es|s|ed|ing|ies)?\W+(?:that\W+)?(?:me|us|i|we)(?:\W+to)?)"
)
_HELPERS = (
    r"(?:(?:'ll|'d|'s|'re|'m)?\W+(?:will|would|may|might|could|can|is|are|does|do|did|has|have|likely|going"
    r"|about|to|soon|not"
    r"|probably|surely|must|should|already|then|never|also|certainly|plans?|wants?|means?|tends?|seems?"
    r"|intends?|threatens?|and"
    rf"|{_URGING}))*(?:'ll|'d|'m)?\s*$"
)
_OTHERS = re.compile(
    r"(?:\b(?:they|he|she|who|you|everybody|everyone|somebody|someone|neighbou?rs?|others"
    r"|players|people|anyone|nobody|(?<!while )it)"
    r"|(?<!\bto )(?<!\bfrom )(?<!\bwith )(?<!\bfor )(?<!\bon )(?<!\bagainst )"
    r"(?<!\bat )(?<!\bkeep )(?<!\bpromised )(?<!\btold )\{[A-Z]+\})"
    rf"{_HELPERS}",
    re.IGNORECASE,
)
_SUBJECT = (
    r"(?:\b(?:they|he|she|everybody|everyone|both|neighbou?rs?|others|players|people|advis[eo]rs"
    r"|generals|ministers|instincts?)\b|\{[A-Z]+\})"
)
_ASCRIBED = re.compile(
    rf"{_SUBJECT}(?:'s)?(?:\W+(?!(?:i|we|my|our|me)\b)\w+){{0,3}}?\W+(?:would |might |may |will )?(?:(?:urg|ask"
    rf"|beg|push|advis|want"
    r"|invit|encourag|press|expect|suggest|propos|hop|wish|fear|dread|suspect|worr|think|thought|believ|accus"
    r"|assum|writ|wrot|say|said|says"
    r"|claim|warn|insist|recommend|offer|lov|lik|keep|dream|call|imagin|advoc|prefer|need)(?:e|es|s|ed|ing|ies)?)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"(?:[,;(]|\b(?:and|but|so|while)\b)\W*(?:(?:instead|actually|now|then|so)\W+)?(?:i|we|my|our)\b", re.IGNORECASE
)
_RUNS_ON = re.compile(
    rf"^\W*{_SUBJECT}(?:'s(?:\W+\w+)?)?\W+(?:\w+\W+)?(?:\w+(?:ed|s)|swore|told|gave|said|will|would|may|might"
    rf"|has|have|is|are|was|were|can|could|must)\b"
    r"(?!.*(?:\b(?:i|i'm|i'll|i'd|i've|we|we'll|my|our|me|us)\b|[,;:]\W*(?:(?:so|and|then) )?<))",
    re.IGNORECASE | re.DOTALL,
)
_TALK = re.compile(
    r"\b(?:announc\w+|hint(?:ed|ing)?|leak\w*|rumou?rs?|claim(?:ed|ing)?|pretend(?:ed|ing)?|(?:tell|telling"
    r"|inform|write to|writing to)"
    r"\W+\{[A-Z]+\})(?!.*\b(?:and|but|then|while|before)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""Before what is only said to somebody."""
_AT_ME = re.compile(
    rf"^\W*(?:me|us|i)\b|^\W*(?:its|his|her|their|your)\W+(?:\w+\W+)?{PROMISE}(?!\w)|^\W*by\W+(?:\{{|them)",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\b(?:in (?:that|this|which) case|suppos(?:e|ing) (?:i|we|that)|imagine|assuming|were i to|had i"
    r"|before (?:i|we) (?:can|could|may|break|turn|stab|strike|attack)|if(?! you (?:like|want|wish|prefer"
    r"|please|must|will|need|would (?:rather|prefer|like)))(?! you'd)|unless|in case|provided|as long as"
    r"|should (?:they|he|she|it|\{[A-Z]+\}|i (?:see|find)))(?!\w)(?! possible)",
    re.IGNORECASE,
)
_THREATENS = re.compile(
    r"\b(?:attack|bounc|deny|stab|invad|enter|take|taking|going (?:to|for|into)|go (?:to|for|into)|mov\w+ (?:to"
    r"|into|on))",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:not|never|no|out|away|off|clear|empty|neutral|leav\w+|left|alone|stay\w*|dmz|demilitari[sz]ed)\b|n't\b",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"^\W*(?:(?:but|yet|still)\W+)?(?:i|we) (?:will|do|shall|must|am going to"
    r"|intend to)(?: (?:anyway|all the same|so))?\W*$",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(
    rf"^\W*(?:(?:but|yet|of course|in (?:truth|fact|reality))\W+)?{phrases('stance', 'elliptic')}\W*$", re.IGNORECASE
)
_REPORTED = re.compile(r"(?<!\w)(?:that |to \{[A-Z]+\} )?(?:i|we)(?: would|'d)(?!\w)", re.IGNORECASE)
_CONTENT = re.compile(phrases("stance", "told") + r"(?:(?!\band\b)[^,])*$", re.IGNORECASE)
"""Before what was promised, which is no stance: "I promised to stay out"."""
_WAS = re.compile(r"\{[A-Z]+\}\W+(?:was|were|has been|have been|is)\W+(?:\w+\W+)?$", re.IGNORECASE)
_DENIES = re.compile(r"(?:not|n't|never|cannot|refused?|declined?|would not)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)


@lru_cache(maxsize=8192)
def stance_in(text: str) -> tuple[Stance, bool] | None:
    """What the marked text of a clause says of promises, and whether it only weighs it."""
    if turns_down(text):
        return None
    found = [(match, "break") for match in _BREAK.finditer(text)] + [(match, "keep") for match in _KEEP.finditer(text)]
    for match, word in sorted(found, key=lambda item: (item[0].start(), -item[0].end())):
        before, after = text[: match.start()], text[match.end() :]
        if (
            _IF.search(before)
            or _NEEDLESS.match(after)
            or _SOONER.search(before)
            or (_DID.match(match[0]) and _PAST.search(text))
            or _AT_ME.match(after)
            or others_do(before)
            or (word == "keep" and _CONTENT.search(before))
        ):
            continue
        denied = bool(NEGATED.search(before) or _NONE.search(before))
        breaks = (word == "break") != denied or (word == "keep" and bool(_FEIGNED.search(before)))
        weighed = WEIGHED.search(_REPORTED.sub(" ", text) if told(text) else text)
        return ("break" if breaks else "keep"), bool(weighed or _IF.search(after))
    return None


def turns_down(text: str) -> bool:
    """Whether it decides against what was weighed before."""
    return bool(_REFUSED.search(text))


def elliptic(text: str) -> bool:
    """``I won't``: of what the clause before said that it had promised."""
    return bool(_ELLIPTIC.search(text))


def agrees(text: str) -> bool:
    """``I will``: of what the clause before said that it would not."""
    return bool(_AGREES.search(text))


def threatens(text: str) -> bool:
    """Whether it names a deed against somebody, and none of leaving alone."""
    return bool(_THREATENS.search(text) and not _AWAY.search(text))


def denies_threat(text: str) -> bool:
    """Whether it names such a deed as one that is not done: "I wouldn't take Norway"."""
    return any(NEGATED.search(text[: match.start()]) for match in _THREATENS.finditer(text))


@lru_cache(maxsize=8192)
def told(text: str) -> bool:
    """Whether it tells what somebody was told by the writer, or believes."""
    if _BELIEVES.search(text):
        return True
    for match in _TOLD.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        theirs = others_do(before) and not match[0].lower().startswith("my ")
        mine = not (_DENIES.search(before) or theirs or re.match(r"\W+(?:me|us)\b", after))
        if mine or _WAS.search(before):
            return True
    return False


def conditional(text: str) -> bool:
    return bool(_IF.search(text))


def others_do(before: str) -> bool:
    """Whether what follows these words is somebody else's deed, or what somebody else thinks or wants."""
    return proposes(before) or bool(_OTHERS.search(before) or _RUNS_ON.match(before))


def proposes(text: str) -> bool:
    """Whether it begins to tell what somebody else has in mind."""
    ascribed = _ASCRIBED.search(text)
    return ascribed is not None and not _ON.search(text[ascribed.end() :])


def only_talk(before: str) -> bool:
    """Whether what follows these words is what the writer means to say to somebody."""
    return bool(_TALK.search(before))
