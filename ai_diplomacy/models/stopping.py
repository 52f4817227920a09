"""What ends a game in good order.

``Stopped``
    ``BudgetExceeded``     a call might not have fitted under a cap
    ``ModelRefused``       a model cannot be asked
    ``SeatsIdle``          a seat's replies are all unusable
    ``NotRecorded``        a game that is played again from its journal came to the journal's end
"""

from __future__ import annotations


class Stopped(Exception):  # noqa: N818 - it is no error
    """No further call is made. Those in flight are waited for, because they are paid for. The text fits a line."""
