"""Whether a Ray cluster can be joined, found out before this program joins it: Ray itself waits for ever, where no
signal reaches it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

from .reading import SpecError

_ANSWERED = 10.0
"""Seconds in which somebody must answer at the address."""
_JOINED = 30.0
"""Seconds in which the cluster must let a program in; one that does so takes two."""
_ADDRESS = re.compile(r"(?:ray://)?(?P<host>\[[^]]+\]|[^:/]+):(?P<port>\d{1,5})")
_CURRENT = Path("/tmp/ray/ray_current_cluster")
"""Where Ray writes the address of the cluster that this machine belongs to."""
_TRIAL = "import ray, sys; ray.init(address=sys.argv[1], logging_level='ERROR', log_to_driver=False)"
_TOKEN = "InvalidAuthToken"
_HOW = "docs/tournaments.md tells how a cluster is started"


def prepare_tokens() -> None:
    """Has Ray show its token wherever there is one: by default it asks for one where a cluster is made, and shows none
    where one is joined. To be called before Ray is imported."""
    known = Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token")
    if "RAY_AUTH_TOKEN" in os.environ or known.is_file():
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def current_cluster() -> str | None:
    """The cluster that this machine belongs to, which ``auto`` then means."""
    if named := os.environ.get("RAY_ADDRESS"):
        return named
    return _CURRENT.read_text(encoding="utf-8").strip() if _CURRENT.is_file() else None


async def check_joinable(address: str) -> None:
    """Raises ``SpecError``."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise SpecError(f"--cluster: {address!r} is no address; write auto, HOST:PORT or ray://HOST:PORT")
    try:
        async with asyncio.timeout(_ANSWERED):
            _, writer = await asyncio.open_connection(parts["host"].strip("[]"), int(parts["port"]))
        writer.close()
    except (OSError, OverflowError, TimeoutError):
        raise SpecError(f"--cluster: nobody answers at {address}; {_HOW}") from None
    trial = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _TRIAL,
        address,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C at the terminal is for this program, which then ends the trial.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_JOINED):
            said = await _last_words(trial)
            if await trial.wait() == 0:
                return
    except TimeoutError:
        said = f"it did not let this program in within {_JOINED:.0f} s"
    finally:
        if trial.returncode is None:
            trial.kill()
            await trial.wait()
    if _TOKEN in said or "token" in said:
        said = (
            "it asks for a token that this program does not have. Put the cluster's ~/.ray/auth_token here, or its "
            "text into RAY_AUTH_TOKEN, or start the cluster with RAY_AUTH_MODE=disabled"
        )
    raise SpecError(f"--cluster: {address} cannot be joined: {said}; {_HOW}")


async def _last_words(trial: asyncio.subprocess.Process) -> str:
    """The last line that it says; at once where it is refused, which it would try again for ever."""
    assert trial.stderr is not None
    last = ""
    while line := (await trial.stderr.read(4096)).decode("utf-8", "replace"):
        last = next((part for part in reversed(line.splitlines()) if part.strip()), last)
        if _TOKEN in line:
            trial.kill()
            return _TOKEN
    return last.strip()[:300]
