"""What ends a game in good order.

``Stopped``
    ``BudgetExceeded``     a call might not have fitted under a cap
    ``ModelRefused``       a model cannot be asked
    ``SeatsIdle``          a seat's replies are all unusable
    ``NotRecorded``        a game that is played again from its journal came to the journal's end
"""

from __future__ import annotations

import asyncio


class Stopped(Exception):  # noqa: N818 - it is no error
    """No further call is made. Those in flight are waited for, because they are paid for. The text fits a line."""


def told_to_end() -> bool:
    """Whether somebody cancels the running task; a cancellation may also leak out of something that it uses."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
