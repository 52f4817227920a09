"""The settings of one game, checked before anything is written."""

# No import of ``annotations``: the types of the fields are read.

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from ..agent.constraint import CONSTRAINTS, USUAL, USUAL_MEMORY, Constraint, marked
from ..board.civil_disorder import CivilDisorder
from ..board.edits import read_edit
from ..board.phase import Phase
from ..models.call_settings import CallSettings
from ..models.ids import ModelId, parse_model_id
from ..records.errors import ConfigError
from ..records.settings import document_of, read_document, setting
from ..run.policies import EXECUTIONS, THREADS, Execution, Threads
from .flag_values import per_power
from .in_process import DEFAULT_MODEL

if TYPE_CHECKING:
    # Too much for somebody who asks for --help.
    from ..board.terrain import Terrain

Reflect = Literal["before", "beside"]
"""When powers look back on a turn: before the next press, or beside its first round."""
REFLECT: tuple[Reflect, ...] = get_args(Reflect)


@dataclass(frozen=True, slots=True, kw_only=True)
class GameConfig:
    """Everything that decides how a game goes, but for the replies of the models."""

    map: str = setting("map to play on", "NAME", default="standard", fixed=True)
    seed: int = setting("the same seed plays the same game", "N", default=0)
    max_year: int = setting("last year played, its winter included (default: the tenth)", "YEAR")
    end_at_phase: str | None = setting("last phase played, such as F1901M", "PHASE", default=None)
    """The game ends there if ``max_year`` does not end it before."""
    rounds: int = setting(
        "rounds of press", "N", default=2, flag="num_negotiation_rounds", key="num_negotiation_rounds", ge=0, le=100
    )
    """Of negotiation, before each movement phase."""
    planning: bool = setting(
        "let every power write a plan before it orders", default=False, flag="planning_phase", key="planning_phase"
    )
    truth_tags: bool = setting(
        "let every sender say in private of each message whether it is meant, and every reader, with its orders, how "
        "likely it thinks that",
        default=False,
        earlier=False,
    )
    provisional_orders: bool = setting(
        "ask before press, and after each round of it but the last, what every power would order",
        default=False,
        earlier=False,
    )
    civil_disorder: CivilDisorder = setting(
        "which units go when a power disbands too few: those farthest from its home centres, as in the editions up to "
        "2000, or from any centre that it owns, as in that of 2023",
        default="home",
        choices=get_args(CivilDisorder),
        fixed=True,
        earlier="home",
    )
    reflect: Reflect = setting(
        "when a power looks back on a turn: before the next press, or beside its first round, which is faster and is "
        "then written without it",
        default="before",
        choices=REFLECT,
        earlier="before",
    )
    models: Mapping[str, ModelId] = setting(
        "who plays: one id for all seats, one a power in alphabetical order, or POWER=id,... with the rest on the "
        "default. Ids: offline (default), offline:random, bot:search, bot:search:SAMPLES, bot:dumbbot, "
        "bot:random, bot:hold, or "
        "PROVIDER:NAME[:EFFORT][@BASE_URL[?window=N]][#KEY] with openai, "
        "openai-responses, anthropic, gemini, openrouter, deepseek, together, mistral or xai",
        "IDS",
    )
    """Power -> who plays it. Every power of the map has an entry."""
    prompts: Mapping[str, Path] = setting(
        "folder of templates; several are given like --models", "DIR", default={}, flag="prompts_dir"
    )
    """Power -> its folder of templates, for powers that do not use the default one."""
    default_max_tokens: int = setting("most tokens of a reply", "N", default=8192, flag="max_tokens", kept=False, ge=1)
    max_tokens: Mapping[str, int] = setting(
        "the same seat by seat, given like --models", "NS", default={}, flag="max_tokens_per_model"
    )
    """Power -> most tokens of a reply, for powers that do not use ``default_max_tokens``."""
    constrain: Mapping[str, Constraint] = setting(
        "what replies are held to, given like --models: none (no schema is sent), shape (a schema of the reply, the "
        "default), or orders (it lists every legal order, so that no other can be written)",
        "LEVELS",
        default={},
        earlier={},
    )
    """Power -> what its replies are held to, for powers that do not have the usual."""
    memory: Mapping[str, int] = setting(
        "turns of press, orders and diary that a power is shown in full (default: 1), given like --models",
        "NS",
        default={},
        earlier={},
    )
    """Power -> turns, for powers that are shown more than the last one. Press counts from the second on: that of the
    turn before has been answered, or is listed as awaiting an answer."""
    context_window: int | None = setting(
        "tokens that a prompt and its reply may have together; what does not fit is left out by rule",
        "N",
        default=None,
        earlier=None,
        ge=256,
    )
    """``None``: everything fits, as far as anybody knows."""
    temperature: float | None = setting("sampling temperature (default: the provider's)", "T", default=None, ge=0, le=2)
    max_messages: int = setting("messages a power and round", "N", default=6, ge=1, fixed=True)
    max_message_characters: int = setting(
        "length of a message", "N", default=1200, flag="max_message_chars", ge=1, fixed=True
    )
    edits: tuple[str, ...] = setting(
        'with --fork_to, again and again: a message changed when it is delivered, such as "S1902M 1 FRANCE>ITALY: new '
        'text", "drop S1902M 1 FRANCE>ITALY" or "add S1902M 1 FRANCE>ITALY: text"; what was said before it stays, '
        'as it does with "keep S1902M 1", which changes nothing',
        "EDIT",
        default=(),
        flag="edit",
        earlier=[],
    )
    """As ``board.edits`` writes them; they hold in the phases that they name."""
    calls: CallSettings = field(default_factory=CallSettings)
    execution: Execution = setting(
        "who runs which step when; the game is the same, its time is not",
        default="async",
        kept=False,
        group="runs",
        choices=EXECUTIONS,
    )
    threads: Threads = setting(
        "with threaded: which steps all powers take at once",
        default="decisions",
        kept=False,
        group="runs",
        choices=THREADS,
    )

    @property
    def terrain(self) -> "Terrain":
        from ..board.terrain import terrain

        return terrain(self.map)

    def is_within_limits(self, phase: str) -> bool:
        """Whether a phase is played: none after the last year, or after the phase at which the game should end."""
        played = Phase(phase)
        return played.year <= self.max_year and (self.end_at_phase is None or played <= self.end_at_phase)

    def turns_shown(self, power: str) -> int:
        return self.memory.get(power, USUAL_MEMORY)

    @property
    def last_year(self) -> int:
        return min(self.max_year, Phase(self.end_at_phase).year) if self.end_at_phase else self.max_year

    def model_names(self) -> dict[str, str]:
        """Power -> model id without its key, sorted by power."""
        return {power: str(model) for power, model in sorted(self.models.items())}

    def marked_names(self) -> dict[str, str]:
        """The same with ``mark``, as figures show it."""
        from ..models.providers import asks_a_model

        return {
            power: f"{model}{self.mark(power)}" if asks_a_model(self.models[power]) else model
            for power, model in self.model_names().items()
        }

    def mark(self, power: str) -> str:
        """What stands behind the name of a model that is shown, or held to, something else than usual."""
        return marked("", self.constraint(power), self.memory.get(power, USUAL_MEMORY))

    def constraint(self, power: str) -> Constraint:
        """What its replies are held to."""
        return self.constrain.get(power, USUAL)

    def document(self) -> dict[str, Any]:
        """All settings as plain JSON data, without keys."""
        return self.game_settings() | document_of(self.calls)

    def game_settings(self) -> dict[str, Any]:
        """Those of ``document`` that decide how the game goes, and not only what it takes."""
        return document_of(self) | {
            "models": self.model_names(),
            "prompts": {power: str(folder) for power, folder in sorted(self.prompts.items())},
            "max_tokens": {power: self.max_tokens.get(power, self.default_max_tokens) for power in sorted(self.models)},
            "constrain": {power: self.constraint(power) for power in sorted(self.models)},
            "edits": list(self.edits),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The settings of a run that was begun before. Raises ``ConfigError`` when one is missing."""
        for other, what in (("exam", "an examination"), ("judging", "what a judge has read")):
            if other in document:
                raise ConfigError(f"it is {what}, and no game")
        if "models" in document:
            models = {power: model_of_record(model) for power, model in document["models"].items()}
            document = {**document, "models": models}
        values = read_document(document, cls)
        return cls(**values, calls=CallSettings(**read_document(document, CallSettings)))


def model_of_record(text: str) -> ModelId:
    """A model id as records show it: whether anybody offers such a model today is another question."""
    return parse_model_id(text, {re.split("[:@]", text, maxsplit=1)[0]})


def checked_map(name: str) -> "Terrain":
    """The terrain of a map. Raises ``ConfigError``."""
    from ..board.terrain import MAPS, terrain

    if name not in MAPS:
        raise ConfigError(f"--map: unknown map {name!r}; the maps are {', '.join(MAPS)}")
    return terrain(name)


def checked_end_phase(text: str | None, ground: "Terrain", max_year: int) -> str | None:
    """A phase such as ``F1901M`` that can occur in the game. Raises ``ConfigError``."""
    if text is None:
        return None
    wrong = ConfigError(f"--end_at_phase: {text!r} is not a phase such as S1901M, F1901R or W1901A")
    try:
        phase = Phase(text.strip().upper())
    except ValueError:
        raise wrong from None
    if len(phase) != len(ground.start):
        raise wrong
    if not ground.first_year <= phase.year <= max_year:
        raise ConfigError(f"--end_at_phase: {phase} is not between {ground.start} and the end of {max_year}")
    return phase


def checked_max_year(year: int | None, ground: "Terrain") -> int:
    """The last year; ten years when none is given. Raises ``ConfigError``."""
    if year is None:
        return ground.first_year + 9
    if year < ground.first_year:
        raise ConfigError(f"--max_year: {year} is before {ground.first_year}, the first year of this map")
    return year


def checked_execution(execution: Execution, threads: Threads | None, *, hedge: bool) -> Threads:
    """The steps for threads. Raises ``ConfigError`` for settings that do not fit together."""
    if threads is not None and execution != "threaded":
        raise ConfigError(f"--threads: there are none with --execution {execution}")
    if hedge and execution == "threaded":
        raise ConfigError("--hedge: a call on a thread cannot be cancelled, so it is not sent a second time")
    return threads or "decisions"


def checked_models(
    text: str | None, powers: Sequence[str], base: Mapping[str, ModelId] | None = None
) -> dict[str, ModelId]:
    """Who plays each power; ``base`` plays those of which nothing is said. Raises ``ConfigError``, as
    ``per_power``."""
    if text is None and base is not None:
        return dict(base)
    from ..models.providers import provider_names, provider_spec

    def read(item: str) -> ModelId:
        model = parse_model_id(item, provider_names())
        if problem := provider_spec(model.provider).name_problem(model):
            raise ValueError(problem)
        return model

    others = base or dict.fromkeys(powers, read(DEFAULT_MODEL))
    return per_power("--models", DEFAULT_MODEL if text is None else text, powers, read, base=others)


def checked_prompts(text: str | None, powers: Sequence[str], base: Mapping[str, Path] | None = None) -> dict[str, Path]:
    """Power -> folder of templates, absolute: the run may be gone on with from another place. Raises ``ConfigError``;
    the templates themselves are read later."""
    if text is None:
        return dict(base or {})
    from ..agent.prompts import DEFAULT_DIRECTORY

    others = dict.fromkeys(powers, DEFAULT_DIRECTORY) | dict(base or {})
    return per_power("--prompts_dir", text, powers, lambda item: Path(item).expanduser().absolute(), base=others)


def checked_counts(
    flag: str, what: str, text: str | None, powers: Sequence[str], base: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Power -> a number above 0. ``what`` it is a number of. Raises ``ConfigError``."""
    if text is None:
        return dict(base or {})

    def read(item: str) -> int:
        if not item.isdecimal() or int(item) < 1:
            raise ValueError(f"{item!r} is not a number of {what}")
        return int(item)

    return per_power(flag, text, powers, read, base=base)


def checked_edits(texts: Sequence[str] | None, config: GameConfig) -> tuple[str, ...]:
    """The edits of a fork, written as they are kept. Raises ``ConfigError``."""
    if texts is None:
        return config.edits
    edits = []
    for text in texts:
        try:
            edit = read_edit(text, config.terrain)
        except ValueError as error:
            raise ConfigError(f"--edit: {error}") from None
        if len(edit.body) > config.max_message_characters:
            limit = config.max_message_characters
            raise ConfigError(f"--edit: a message may have {limit} characters, and this one has {len(edit.body)}")
        edits.append(str(edit))
    return tuple(edits)


def checked_constraints(
    text: str | None, powers: Sequence[str], base: Mapping[str, Constraint] | None = None
) -> dict[str, Constraint]:
    """Power -> what its replies are held to. Raises ``ConfigError``."""
    if text is None:
        return dict(base or {})
    others = dict.fromkeys(powers, USUAL) | dict(base or {})
    return per_power("--constrain", text, powers, read_constraint, base=others)


def read_constraint(text: str) -> Constraint:
    """Raises ``ValueError``."""
    for level in CONSTRAINTS:
        if text == level:
            return level
    raise ValueError(f"{text!r} is none of {', '.join(CONSTRAINTS)}")
