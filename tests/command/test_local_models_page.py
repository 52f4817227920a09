"""The page about servers of one's own: its commands are taken as they stand, and it quotes what the program says."""

import re
import shlex

import pytest
from command_runs import ROOT, run

from ai_diplomacy.models.remarks import REMARKS

PAGE = (ROOT / "docs" / "local_models.md").read_text()
COMMANDS = re.findall(r"^python lm_game\.py (.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.rpartition("@")[2])
def test_its_commands_are_taken_as_they_stand(empty, capsys, command):
    assert run(*shlex.split(command), "--estimate") == 0
    said = capsys.readouterr().out
    assert "longest prompt: " in said
    assert "context window" not in said, "the window that is advised holds what is played"


@pytest.mark.parametrize("remark", ["less_room", "prompt_cut", "reasoning_field", "schema_ignored"])
def test_what_it_quotes_of_remarks_is_what_the_program_says(remark):
    said = re.split("[:;.]", REMARKS[remark])[0]
    assert f"| `{said}" in PAGE
