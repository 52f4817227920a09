"""Confessing: what a power writes to itself about each promise of a phase, in its notation: kept or not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..board.commitments import Commitment
from ..board.units import Order
from .assessment import Assessment
from .breaches import broken_by
from .commitments import Bond, Commitments
from .order_planning import OrderPlan
from .resolve import Turning, betrayed_power, reception, strike
from .round_plan import PlannedMessage, implied
from .wording import entry, listed, name, place, templates, with_article

LONGEST = 300
_Cause = tuple[str, tuple[tuple[str, str], ...]]
_SILENT = 0.15
"""How often a power without any candour leaves unwritten why it breaks a promise."""


def traitor_fields(assessment: Assessment, power: str) -> dict[str, str]:
    """What a betrayal would win, and when."""
    prompt = assessment.prompt
    ground = prompt.situation.terrain
    lure, _ = assessment.lure(power)
    return {
        "you": name(power),
        "prize": place(ground, lure) if lure else f"{with_article(ground.adjectives[power])} centre",
        "season": "spring" if prompt.situation.season == "S" else "fall",
    }


def lies(assessment: Assessment, agreed: Commitments, messages: Sequence[PlannedMessage]) -> Iterator[str]:
    """What of these messages, and of promises that stand, is not meant: one sentence."""
    prompt, power = assessment.prompt, betrayed_power(assessment)
    blow = strike(assessment, power)
    if power is None or blow is None:
        return
    false = [one for planned in messages for one in unmeant(assessment, planned)]
    luck = prompt.chance("lie", prompt.round)
    fields = traitor_fields(assessment, power)
    if false:
        yield luck.choice(templates()["betrayal"]["planned"]).format_map({**fields, "pledged": _quoted(false[0])})
    elif prompt.round == 1 or any(power in planned.to for planned in messages):
        old = [bond for bond in agreed.to(power) if broken_by(bond.commitment, (blow,), prompt.situation)]
        if old:
            text = luck.choice(templates()["betrayal"]["no_longer"])
            yield text.format_map({**fields, "pledged": _quoted(old[0].commitment)})


def unmeant(assessment: Assessment, planned: PlannedMessage) -> list[Commitment]:
    """What the message promises, in a pledge or in words, to a power that will be betrayed, and the betrayal breaks."""
    power = betrayed_power(assessment)
    blow = strike(assessment, power)
    if power not in planned.to or blow is None:
        return []
    given = (*planned.pledges, *implied(planned))
    return [one for one in given if broken_by(one, (blow,), assessment.prompt.situation)]


def _quoted(commitment: Commitment) -> str:
    return f"`{commitment.promise}`"


def intent(assessment: Assessment, agreed: Commitments, found: OrderPlan) -> str:
    """What it privately means to do about each promise, and why: those that are broken first."""
    kind = assessment.prompt.situation.kind
    broken = found.breaches(assessment, agreed)
    silent = assessment.prompt.chance("passed over").random() < _SILENT * (1 - assessment.nature.candour)
    lines = [] if silent else list(_confessions(assessment, found, broken))
    if kind != "M":
        return entry(lines, LONGEST)
    lines += _kept(assessment, agreed, found, {bond for bond, _ in broken})
    return entry(lines, LONGEST) or "I have promised nobody anything this time."


def _confessions(assessment: Assessment, found: OrderPlan, broken: Sequence[tuple[Bond, Order]]) -> Iterator[str]:
    """One sentence for all promises that the same power got and that are broken for the same reason."""
    told: dict[tuple[tuple[str, ...], _Cause], list[tuple[Bond, Order]]] = {}
    for bond, order in broken:
        told.setdefault((bond.to, _cause(assessment, found, bond)), []).append((bond, order))
    for (to, (template, why)), breaches in told.items():
        fields = {
            "you": listed([name(power) for power in to]),
            "pledged": listed(list(dict.fromkeys(_quoted(bond.commitment) for bond, _ in breaches))),
            "order": listed(list(dict.fromkeys(order for _, order in breaches))),
        }
        luck = assessment.prompt.chance("confess", fields["pledged"])
        yield luck.choice(templates()["betrayal"][template]).format_map({**fields, **dict(why)})


def _cause(assessment: Assessment, found: OrderPlan, bond: Bond) -> _Cause:
    """The kind of sentence, and the fields of its reason."""
    luck = assessment.prompt.chance("cause", *bond.to)
    if found.betrayed in bond.to:
        late = "the game ends this year" if assessment.final else luck.choice(templates()["betrayal"]["openings"])
        fields = {"prize": traitor_fields(assessment, str(found.betrayed))["prize"], "late": late}
        return "lied" if bond.round else "broken", tuple(fields.items())
    if found.turned is not None and found.turned.power in bond.to:
        return "changed", (("why", turning_words(assessment, found.turned)),)
    if bond in found.dropped:
        refused = reception(assessment, bond) == "refused"
        return "changed", (("why", "it refused me" if refused else luck.choice(templates()["intent"]["excuses"])),)
    return "forced", ()


def turning_words(assessment: Assessment, turned: Turning) -> str:
    """Why it changed its mind: ``it threatens me``."""
    by = name(turned.by) if turned.by.isalpha() else f"`{turned.by}`"
    return assessment.prompt.chance("why").choice(templates()["turning"][turned.reason]).format(by=by)


def _kept(assessment: Assessment, agreed: Commitments, found: OrderPlan, broken: set[Bond]) -> Iterator[str]:
    luck, texts = assessment.prompt.chance("intent"), templates()["intent"]
    reasons = luck.sample(texts["reasons"], len(texts["reasons"]))
    for power in sorted(agreed.powers):
        kept = [bond for bond in agreed.to(power) if bond not in broken]
        if not kept:
            continue
        what = listed(list(dict.fromkeys(_quoted(bond.commitment) for bond in kept))[:2])
        if power == found.betrayed:
            yield luck.choice(texts["spared"]).format(you=name(power), pledged=what)
            continue
        if found.turned is not None and power == found.turned.power:
            if any(power in bond.to for bond in broken):
                continue
            why = turning_words(assessment, found.turned)
            yield luck.choice(texts["unbound"]).format(you=name(power), pledged=what, why=why)
            continue
        faithful = any(event.power == power and event.kind == "kept" for event in assessment.events)
        why = "it has kept faith so far" if (faithful and luck.random() < 0.5) or not reasons else reasons.pop()
        yield luck.choice(texts["keeps"]).format(you=name(power), pledged=what, why=why)
