"""The program of a worker process: plays the games that it is told to over a pipe, until the other end is closed."""

from __future__ import annotations

import asyncio
import sys
from multiprocessing.connection import Connection

from .remote_calls import Peer
from .remote_worker import RemoteRunner


async def _serve(connection: Connection) -> None:
    peer = Peer(connection)
    peer.served = runner = RemoteRunner(peer.call)
    await peer.ended.wait()
    await runner.stop()


if __name__ == "__main__":
    asyncio.run(_serve(Connection(int(sys.argv[1]))))
