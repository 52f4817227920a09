"""Writing a message: a template chosen, its fields filled, addressed, signed, and short enough."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from ..board.press import ALL
from .assessment import Assessment
from .temperament import seat
from .wording import cut, listed, name, sentences, templates, with_article

LONGEST = 170
"""Characters of a message."""
LONGEST_AT_FIRST = 130
"""The same in the first phase, where everybody writes to everybody and prompts are to stay short."""


def compose(
    assessment: Assessment,
    purpose: str,
    to: Sequence[str],
    fields: Mapping[str, str],
    rng: random.Random,
    opening: str = "",
) -> str:
    """A text for this purpose, at most ``LONGEST`` characters. It always names its reader and its writer, so no two
    powers ever write the same."""
    found = templates()
    pool = [*(found["proposals"].get(purpose) or found["answers"][purpose])]
    pool += found[f"proposals_{assessment.nature.tone}"].get(purpose, ())
    rng.shuffle(pool)
    signed = rng.random() < 0.1
    filled = common_fields(assessment, to[0] if len(to) == 1 and to[0] != ALL else "") | dict(fields)
    texts = [
        _finish(f"{start}{template.format_map(filled)}", assessment, to, filled, signed)
        for template in pool
        for start in ([f"{opening} ", ""] if opening else [""])
    ]
    fitting = [text for text in texts if len(text) <= LONGEST]
    brief = [text for text in fitting if len(text) <= LONGEST_AT_FIRST]
    if assessment.prompt.opening and brief:
        return brief[0]
    return fitting[0] if fitting else cut(min(texts, key=len), LONGEST)


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


def _finish(text: str, assessment: Assessment, to: Sequence[str], fields: Mapping[str, str], signed: bool) -> str:
    if "you" in fields:
        addressed = fields["you"] in text or fields["there"] in text
    else:
        addressed = ALL in to or all(name(power) in text for power in to)
    if not addressed:
        text = f"{listed([name(power) for power in to])}: {text}"
    marks = (fields["me"], fields["seat"], fields["our"])
    if signed or not any(mark in text for mark in marks):
        text += f" \N{EM DASH} {fields['seat'] if signed or assessment.nature.tone != 'blunt' else fields['me']}"
    return sentences(text)
