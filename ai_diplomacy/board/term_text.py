"""How long a promise holds, as the words around it say."""

from __future__ import annotations

import re

from .phase import Phase
from .promise_text import UnreadPromiseError
from .situation import Situation

_SEASON = {"spring": "S", "fall": "F", "autumn": "F", "winter": "W"}
_UNTIL = (
    r"(?:valid |lasting )?(?:until|till?|'til|through(?:out)?|thru|up to|to)(?: and including)?(?: the)?(?: end of)?"
    r"(?: the)? (?:(?P<season>spring|fall|autumn|winter)(?:,?(?: of)? (?P<year>\d{1,5}|this year|next year))?"
    r"|(?P<code>[sfw]) ?(?P<digits>\d{1,5})[mra]?|(?P<only>\d{3,5}))"
)
_YEAR = (
    r"(?P<now>(?:(?:for|all|during|throughout|until|till|through)(?: the)?(?: end of| rest of)? )?"
    r"(?:this|the) (?:whole )?year(?: only)?)"
)
_PHASE = r"(?:(?:for|in|during) )?this (?:season|phase|turn)(?: only)?|for now"
_DO_SO = (
    r"(?:do(?: so| it| this| too| the same| likewise| as well)?"
    r"|keep(?: to)?(?: it| this| that| yours| the same| your word| your promise))"
)
_KEPT = (
    rf"(?P<mutual>(?:(?:for )?(?:as|so) long as|while) (?:you (?:also )?{_DO_SO}|both of us {_DO_SO}|we both {_DO_SO}"
    r"|(?:it|this|that|the (?:deal|pact|agreement|promise)) is (?:kept|honou?red|mutual)|kept)"
    r"|(?:(?:while|if) (?:it is )?)?(?:mutual(?:ly)?|reciprocal(?:ly)?))"
)
_TERM = rf"(?:{_UNTIL}|{_YEAR}|{_PHASE}|{_KEPT})"
_LAST = re.compile(rf"(?:(?P<rest>.*?)[ ,;:(]+)??{_TERM}\)?", re.IGNORECASE)
_FIRST = re.compile(rf"{_TERM}[ ,;:]+(?P<rest>.+)", re.IGNORECASE)


class Term:
    """Filled while the words about it are taken out of a text, which may say it in several places."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._until = ""
        self._mutual = False

    def __str__(self) -> str:
        """As it stands behind a promise."""
        return (f" until {self._until}" if self._until else "") + (" while kept" if self._mutual else "")

    def taken_from(self, text: str) -> str:
        """The text without those words. Raises ``UnreadPromiseError`` for a term that is over, or not clear."""
        text = text.strip(" ,;:")
        while found := _LAST.fullmatch(text) or _FIRST.fullmatch(text):
            text = found["rest"] or ""
            self._mutual |= bool(found["mutual"])
            if until := self._named(found):
                if self._until not in ("", until):
                    raise UnreadPromiseError(f"it ends with {self._until} or with {until}; write one of them")
                self._until = until
        return text

    def _named(self, found: re.Match[str]) -> str:
        now = self._situation.phase
        year = self._situation.year
        if found["code"]:
            season, year = found["code"].upper(), int(found["digits"])
        elif found["season"]:
            season = _SEASON[found["season"].lower()]
            named = (found["year"] or "").lower()
            if named.isdigit():
                year = int(named)
            elif named == "next year" or (not named and "SFW".index(season) < "SFW".index(now.season or "S")):
                year += 1
            elif not named and season == now.season:
                raise UnreadPromiseError(f"{found['season']} is now or in a year; write until {season}{year + 1:04}")
        elif found["only"] or found["now"]:
            season, year = "F", int(found["only"] or year)
        else:
            return ""
        until = f"{season}{year:04}"
        if Phase(f"{until}{'A' if season == 'W' else 'R'}") < now:
            raise UnreadPromiseError(f"{until} is over; this is {now}")
        return until
