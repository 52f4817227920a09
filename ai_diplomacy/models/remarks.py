"""What is odd about a model's answers that its user should know: each kind is told once a model, with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Remark = Literal["less_room", "no_usage", "prompt_cut", "reasoning_field", "schema_ignored", "tool_call"]

REMARKS: Mapping[str, str] = {
    "less_room": "has a context window too small for its prompts and --max_tokens together: its replies get what room "
    "the prompts leave",
    "no_usage": "does not say how many tokens a call takes, so what it costs is unknown and no cap on it holds exactly",
    "prompt_cut": "counts far fewer tokens than its prompts have: its server cuts them. Start it with a larger context "
    "window (docs/local_models.md)",
    "reasoning_field": "puts its answer into the field of its reasoning; it is read there. --constrain none asks "
    "without a schema, which is what provokes it",
    "schema_ignored": "is sent a schema and answers without JSON: its server does not hold it to one. Another protocol "
    "of the same server may (docs/local_models.md)",
    "tool_call": "answers with a call of a tool that nobody offered; what it passes to it is read",
}
"""Remark -> what a model does, said behind its name."""
