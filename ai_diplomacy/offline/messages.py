"""Writing a message: a heading or an address, a template with its fields filled, an argument, and all of it short."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence

from ..board.chance import chance
from ..board.press import ALL
from .arguments import argument
from .assessment import Assessment
from .round_plan import PlannedMessage, RoundPlan
from .temperament import seat
from .wording import cut, listed, name, sentences, templates, with_article

LONGEST = 140
"""Characters of a message."""
LONGEST_AT_FIRST = 105
"""The same in the first phase, where everybody writes to everybody and prompts are to stay short."""
_ALIKE = 24
"""Characters at the beginning of a wording that tell it from others."""
_OWN_TONE = 0.35
"""How often a wording of the sender's own tone is taken, where there is one."""


def compose(
    assessment: Assessment,
    purpose: str,
    to: Sequence[str],
    fields: Mapping[str, str],
    rng: random.Random,
    opening: str = "",
    used: Collection[str] = (),
) -> str:
    """A text for this purpose, at most ``LONGEST`` characters, that begins like none of the ``used`` ones if there is
    another. It always names its reader and its writer, so no two powers ever write the same."""
    filled = common_fields(assessment, to[0] if len(to) == 1 and to[0] != ALL else "") | dict(fields)
    reason = argument(assessment, purpose, to, rng, fields.get("third", ""))
    texts = [
        addressed(f"{start}{template}{end}", assessment, to, filled, rng)
        for template in sorted(_deck(assessment, purpose, to, rng), key=lambda wording: _begins(wording, used))
        for start in ([f"{opening} ", ""] if opening else [""])
        for end in ([f" {reason}", ""] if reason else [""])
    ]
    fitting = [text for text in texts if len(text) <= LONGEST]
    brief = [text for text in fitting if len(text) <= LONGEST_AT_FIRST]
    if assessment.prompt.opening and brief:
        return brief[0]
    return fitting[0] if fitting else cut(min(texts, key=len), LONGEST)


def _begins(wording: str, used: Collection[str]) -> bool:
    """Whether one of the texts has the words with which the wording begins, fields apart."""
    words = max(wording[:_ALIKE].replace("}", "{").split("{")[::2], key=len).strip()
    return any(words in text.lower() for text in used)


def _deck(assessment: Assessment, purpose: str, to: Sequence[str], rng: random.Random) -> Iterator[str]:
    """The wordings, that one first whose turn it is: through a game none comes again before all others came."""
    prompt, found = assessment.prompt, templates()
    own = found[f"proposals_{assessment.nature.tone}"].get(purpose, ()) if rng.random() < _OWN_TONE else ()
    pool = list(own or found["proposals"].get(purpose) or found["answers"][purpose])
    chance(prompt.game, prompt.me, purpose, len(pool)).shuffle(pool)
    turn = (prompt.situation.year * 2 + (prompt.situation.season == "F")) * prompt.rounds + prompt.round
    everyone = sorted(prompt.situation.units)
    first = turn * len(everyone) + (everyone.index(to[0]) if to[0] in everyone else 0)
    yield from (pool[(first + step) % len(pool)] for step in range(len(pool)))


def common_fields(assessment: Assessment, reader: str) -> dict[str, str]:
    """The fields that hold for any message to this reader (``""`` for several)."""
    prompt = assessment.prompt
    ground = prompt.situation.terrain
    spring = prompt.situation.season == "S"
    yours = ground.adjectives.get(reader, "")
    fields = {
        "me": name(prompt.me),
        "our": ground.adjectives[prompt.me],
        "seat": seat(prompt.me, ground),
        "season": "spring" if spring else "fall",
        "last_season": "fall" if spring else "spring",
    }
    if reader:
        fields |= {"you": name(reader), "your": yours, "a_your": with_article(yours), "there": seat(reader, ground)}
    return fields


def addressed(
    template: str, assessment: Assessment, to: Sequence[str], fields: Mapping[str, str], rng: random.Random
) -> str:
    """The text with its reader and its writer named: in the text itself where it speaks of its writer, else ahead."""
    marks = (fields["me"], fields["seat"], fields["our"])
    if "you" not in fields:
        text = template.format_map({**fields, "y": ""})
        if ALL in to:
            heading = "" if any(mark in text for mark in marks) else f"{fields['seat']} to all: "
        else:
            heading = f"{fields['seat']} to {listed([name(power) for power in to])}: "
        return sentences(f"{heading}{text}")
    text = template.format_map({**fields, "y": f", {fields['you']}"})
    if any(mark in text for mark in marks) and (fields["you"] in text or fields["there"] in text):
        return sentences(text)
    heading = rng.choice(templates()["headings"][assessment.nature.tone]).format_map(fields)
    return sentences(f"{heading}{template.format_map({**fields, 'y': ''})}")


def composed(plan: RoundPlan, messages: Sequence[PlannedMessage]) -> list[dict[str, object]]:
    """The messages in words, as a reply to ``negotiate`` holds them."""
    written: list[dict[str, object]] = []
    used: list[str] = []
    for planned in messages:
        rng = plan.prompt.chance("words", plan.prompt.round, planned.purpose, *planned.to)
        text = compose(plan.assessment, planned.purpose, planned.to, planned.fields, rng, planned.opening, used)
        used.append(text)
        message: dict[str, object] = {"to": list(planned.to), "text": text}
        if planned.pledges or rng.random() < 0.5:
            message["pledges"] = list(planned.pledges)
        written.append(message)
    return written
