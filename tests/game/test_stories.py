"""Stories: the half page that opens them, links to chapters, answers behind what they answer, and the whole game's."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from staging import HOLD, SCRIPTED, ScriptedModel, by_step, play, seats

from ai_diplomacy.agent.events import DiaryWritten
from ai_diplomacy.board.commitments import Commitment
from ai_diplomacy.board.phase import Phase
from ai_diplomacy.board.press import ALL
from ai_diplomacy.board.terrain import terrain
from ai_diplomacy.board.units import Unit
from ai_diplomacy.game.artefacts import _NOT_TOLD
from ai_diplomacy.game.config import GameConfig
from ai_diplomacy.game.counts import ErrorCounts
from ai_diplomacy.game.diplomacy import DIPLOMACY
from ai_diplomacy.game.events import MessageDelivered, PhaseAdjudicated, PhaseStarted
from ai_diplomacy.game.story import Stories
from ai_diplomacy.game.story_chapters import Chapter
from ai_diplomacy.game.story_words import prose, season, title
from ai_diplomacy.game.word_and_deed import WordAndDeed
from ai_diplomacy.run.events import ReplyRead, RunFinished
from ai_diplomacy.run.history import RunHistory, read_history
from ai_diplomacy.run.settings_history import SettingsHistory

GROUND = terrain()


class Told:
    """A recorded game told again, and what it was made of."""

    def __init__(self, path):
        settings = read_history(path, DIPLOMACY).settings
        self.counts = ErrorCounts(settings)
        self.stories = Stories(settings, self.counts.defaults)
        self.deeds = WordAndDeed(GROUND.name, self.counts.promised, self.stories.promised)
        self.events = [event for _, event in RunHistory(path, DIPLOMACY, keep=False).read()]

    def whole(self):
        for event in self.events:
            self.tell(event)
        return self

    def tell(self, event):
        self.counts.event(event)
        self.deeds.event(event)
        if isinstance(event, ReplyRead) or not isinstance(event, _NOT_TOLD):
            self.stories.event(event)


@pytest.fixture(scope="module")
def told(offline_run):
    return Told(offline_run.path).whole()


@pytest.fixture(scope="module")
def texts(offline_run):
    powers = {path.stem: path.read_text() for path in sorted((offline_run.path / "powers").iterdir())}
    return powers | {"": (offline_run.path / "story.md").read_text()}


def part(text, heading):
    """The items under a heading of the opening."""
    found = re.search(rf"\*\*{heading}\*\*\n\n(.*?)\n\n", text, re.DOTALL)
    return found[1].splitlines() if found else []


def test_what_is_told_again_is_what_was_written(told, texts):
    assert told.stories.texts() == {f"powers/{name}.md" if name else "story.md": text for name, text in texts.items()}


def anchors(text):
    """Headings as GitHub names them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_every_link_leads_to_one_heading(texts):
    for name, text in texts.items():
        found = anchors(text)
        links = re.findall(r"\]\(#(.*?)\)", text)
        assert links, name
        assert {link: found.count(link) for link in links} == dict.fromkeys(links, 1), name


def test_the_contents_name_every_chapter_and_every_centre_won_and_lost(told, texts):
    captures = told.stories._facts.captures
    for power in GROUND.powers:
        text = texts[power]
        table = text.partition("**The years**")[2].partition("\n\nIn the press")[0]
        chapters = [f"#{anchor}" for anchor in anchors(re.sub("(?m)^###.*|^# .*", "", text))]
        assert re.findall(r"\((#.*?)\)", table) == [chapter for chapter in chapters if chapter != "#the-end"]
        rows = [line.strip("|").split("|") for line in table.splitlines() if re.match(r"\| \d", line)]
        won = [name.strip() for row in rows for name in row[3].split(",") if name.strip()]
        lost = [name.strip() for row in rows for name in row[4].split(",") if name.strip()]
        assert won == [GROUND.names[one.center] for one in captures if one.taker == power]
        assert lost == [GROUND.names[one.center] for one in captures if one.loser == power]


def test_the_years_follow_from_each_other(told, texts):
    facts = told.stories._facts
    for power in GROUND.powers:
        counts = [facts.start[power], *(of[power] for _, of in sorted(facts.years.items()))]
        changes = [
            sum(one.taker == power for one in facts.captures if one.phase.year == year)
            - sum(one.loser == power for one in facts.captures if one.phase.year == year)
            for year in sorted(facts.years)
        ]
        assert [after - before for before, after in pairwise(counts)] == changes


def test_each_broken_word_is_told_once_by_who_broke_it_and_once_by_who_was_told_it(told, texts):
    broken = told.counts.broken
    assert broken
    for power in GROUND.powers:
        done = [row for row in broken if row.sender == power]
        suffered = [
            row
            for row in broken
            if row.recipient == power or (row.recipient == ALL and row.source == "pledge" and row.victim == power)
        ]
        for heading, rows in (("Words it broke", done), ("Words broken to it", suffered)):
            items = [item.partition(": ") for item in part(texts[power], heading)]
            said = [
                (re.search(r"\[(.*?)\]", head)[1], commitment)
                for head, _, rest in items
                for commitment in re.findall(r"`(.*?)`", re.split("; (?:not )?ordered", rest)[0])
            ]
            assert sorted(said) == sorted({(season(row.decided), row.commitment) for row in rows}), (power, heading)
        for item in part(texts[power], "Words broken to it"):
            assert "“" not in item, "why it was broken is nobody else's to read"


def test_what_was_promised_to_others_in_private_is_not_told_to_whom_it_was_about(offline_run):
    told = Told(offline_run.path).whole()
    about = next(row for row in told.counts.broken if row.commitment.startswith("peace "))
    other = next(power for power in GROUND.powers if power not in (about.sender, about.recipient, about.victim))
    secret = replace(about, recipient=other, commitment=Commitment(f"peace {about.victim} until F1949"), account="")
    assert secret.victim == about.victim
    told.stories.promised(secret)
    telling = [power for power in GROUND.powers if secret.commitment in told.stories.text(power)]
    assert telling == sorted([secret.sender, other])
    public = replace(secret, recipient=ALL, commitment=Commitment(f"peace {about.victim} until F1950"))
    told.stories.promised(public)
    assert f"`{public.commitment}`" in "".join(part(told.stories.text(about.victim), "Words broken to it"))
    assert f"`{public.commitment}`" not in "".join(part(told.stories.text(other), "Words broken to it"))


def test_in_a_round_stands_first_what_the_power_wrote_and_then_what_it_received(told, texts):
    messages = [event for event in told.events if isinstance(event, MessageDelivered)]
    for power in GROUND.powers:
        read = [m for m in messages if power in (m.sender, *m.recipients) or list(m.recipients) == [ALL]]
        wanted = sorted(read, key=lambda m: (Phase(m.phase), m.round, m.sender != power, m.sequence))
        bodies = [prose(m.body) for m in wanted]
        lines = [line for line in texts[power].splitlines() if re.match(r"- \*\*.*?:\*\* ", line)]
        assert [next(b for b in bodies if f":** {b}" in line) for line in lines] == bodies
        notes = [e for e in told.events if isinstance(e, DiaryWritten) and (e.power, e.step) == (power, "negotiate")]
        for note in notes:
            chapter = (
                texts[power].partition(f"## {title(note.phase)}\n")[2].partition(f"### Press, round {note.round}")[2]
            )
            assert chapter.lstrip("\n").startswith(f"> {prose(note.text)}")


def test_kept_words_take_one_line_and_broken_ones_come_first(texts):
    for power in GROUND.powers:
        for outcome in re.findall(r"### What came of it\n\n(.*?)(?:\n\n|$)", texts[power], re.DOTALL):
            lines = outcome.splitlines()
            broken = [line.startswith("- **Broke its word**") for line in lines]
            assert broken == sorted(broken, reverse=True)
            assert sum(line.startswith("- Kept: ") for line in lines) <= 1


def test_the_game_s_story_tells_each_capture_and_broken_word_and_the_end(told, texts):
    text = texts[""]
    facts = told.stories._facts
    for one in facts.captures:
        year = text.partition(f"## {one.phase.year}\n")[2].partition("\n## ")[0]
        turn = next(line for line in year.splitlines() if line.startswith(f"**{season(one.phase).split()[0]}.**"))
        home = any(one.center in homes for homes in GROUND.homes.values())
        name = GROUND.names[one.center]
        taken = next(s for s in turn.split(". ") if f"{one.taker.title()} takes " in s and name in s)
        assert (f"**{name}**" in taken) == home
        assert f"from {one.loser.title()}" in taken or not one.loser
    deeds = {(row.decided, row.sender, row.victim) for row in facts.broken}
    assert text.count("breaks its word to") == len(deeds)
    assert all(f"`{row.commitment}`" in text for row in facts.broken)
    assert text.rstrip().splitlines()[-1].startswith("The game stops after")
    assert len(text.splitlines()) <= 15 * len(facts.years) + 25


async def test_a_story_is_told_as_far_as_it_has_come_and_ends_when_the_game_does(tmp_path):
    config = GameConfig(models=seats(HOLD, FRANCE=SCRIPTED), max_year=1902, rounds=0)
    moves = by_step(order='{"orders": ["A MAR - SPA", "A PAR - BUR", "F BRE - MAO"]}')
    run = await play(tmp_path / "run", config, ScriptedModel(moves))
    told = Told(run.path)
    assert "How it went" not in told.stories.text("FRANCE")
    for event in told.events:
        told.tell(event)
        if isinstance(event, PhaseAdjudicated):
            text = told.stories.text("FRANCE")
            assert "**How it went.** France began with 3 centres and holds" in text
            assert f"in {season(event.phase)}, " in text
            assert "## The end" not in text
            assert f"## {Phase(event.phase).year}\n" in told.stories.texts()["story.md"]
    assert isinstance(told.events[-1], RunFinished)
    assert "France began with 3 centres and ended with 4, first of 7, level with Russia." in told.stories.text("FRANCE")


def test_who_loses_everything_is_eliminated_in_every_story_that_tells_of_it():
    settings = SettingsHistory(GameConfig(models=seats(HOLD), max_year=1902), DIPLOMACY.order)
    counts = ErrorCounts(settings)
    stories = Stories(settings, counts.defaults)
    nobody = dict.fromkeys(GROUND.powers, ())
    units = nobody | {"ITALY": ("A ROM",), "AUSTRIA": ("A APU", "A VEN")}
    centers = nobody | {"ITALY": ("ROM",), "AUSTRIA": ("VEN", "TRI")}
    orders = {"ITALY": ("A ROM H",), "AUSTRIA": ("A VEN - ROM", "A APU S A VEN - ROM")}
    after = centers | {"ITALY": (), "AUSTRIA": ("VEN", "TRI", "ROM")}
    for event in (
        PhaseStarted("F1902M", units, centers),
        PhaseAdjudicated(
            "F1902M",
            orders,
            {Unit("A ROM"): ("dislodged",)},
            {"ROM": "AUSTRIA"},
            {"ITALY": ("A ROM",)},
            after,
            nobody | {"AUSTRIA": ("A APU", "A ROM")},
        ),
    ):
        stories.event(event)
    whole = stories.texts()["story.md"]
    assert "Austria drives Italy's army out of Rome with 1 support. Austria takes **Rome** from Italy." in whole
    assert "**Italy is eliminated.**" in whole
    assert "Eliminated: Italy (Fall 1902)." in whole
    italy = stories.text("ITALY")
    assert "Italy began with 1 centre and was eliminated in Fall 1902." in italy
    assert "- [Fall 1902](#fall-1902): lost Rome to Austria. That was its last." in italy
    assert "Austria attacked it most (2 orders; none the other way)." in italy


def test_only_chapters_to_which_something_was_added_are_written_anew(offline_run, monkeypatch):
    """Whatever the length of the game: a chapter that is over is not put together again."""
    told = Told(offline_run.path)
    written = []
    lines = Chapter._lines
    monkeypatch.setattr(Chapter, "_lines", lambda chapter: written.append(chapter.phase) or lines(chapter))
    for event in told.events:
        told.tell(event)
        if isinstance(event, PhaseAdjudicated):
            written.clear()
            told.stories.texts()
            # What is thought of a turn, and told of its promises, comes in the turn after it.
            since = Phase(event.phase)
            assert all(since.year - phase.year <= 1 for phase in written)
            assert len(set(written)) <= 4
            assert len(written) <= 3 * len(GROUND.powers)
            written.clear()
            told.stories.texts()
            assert written == []


def test_orders_that_a_player_set_between_backticks_stay_orders_and_nothing_else_does():
    assert prose("I keep `peace FRANCE` and `A PAR - BUR`.") == "I keep `peace FRANCE` and `A PAR - BUR`."
    assert prose("`<b>` and `*x*`, ` `") == "\\`\\<b\\>\\` and \\`\\*x\\*\\`, \\` \\`"
