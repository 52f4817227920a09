"""A small server of the chat protocol for games that are played by a command: it says whatever a test wants."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Says = Callable[[str], dict[str, Any] | str]
"""The last message -> what is answered: a text, or a whole body."""


@contextmanager
def chat_server(says: Says) -> Iterator[str]:
    """The id of a model that it plays."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = says(asked["messages"][-1]["content"])
            usage = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
            body = said if isinstance(said, dict) else {"choices": [choice], "usage": usage}
            answer = json.dumps({"id": "x", "object": "chat.completion", "created": 1, "model": "it"} | body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"openai:it@http://127.0.0.1:{server.server_port}/v1#sk-local-0123456789"
        finally:
            server.shutdown()
            thread.join()
