"""The offline model as a model to ask: in process, on a thread, without a clock of its own."""

from __future__ import annotations

import asyncio
import time
from typing import Literal, get_args

from ..models.ids import ModelId
from ..models.model import Reply, Request, Usage

Style = Literal["strategist", "random"]
STYLES: tuple[Style, ...] = get_args(Style)


class OfflineModel:
    """Answers from the prompt's text alone. Tokens are estimated at four characters each."""

    def __init__(self, model_id: ModelId) -> None:
        """Raises ``ValueError`` for a name that is not one of ``STYLES``."""
        self._style = model_id.name or "strategist"
        self.name = str(model_id)
        if self._style not in STYLES:
            raise ValueError(f"unknown offline model {self._style!r}; there are {', '.join(STYLES)}")

    async def generate(self, request: Request) -> Reply:
        from .server.structured import held_to
        from .strategist import answer

        started, clock = time.time(), time.perf_counter()
        # Rules that think for milliseconds would otherwise hold up every other power on the event loop.
        text = await asyncio.to_thread(answer, request.prompt, style=self._style)
        if request.schema is not None and request.looser_schema is not None:
            text = held_to(request.schema, text)
        return Reply(
            text=text,
            usage=Usage(
                input=(len(request.system) + len(request.prompt)) // 4, output=len(text) // 4, cached=0, written=0
            ),
            started=started,
            latency=time.perf_counter() - clock,
        )
