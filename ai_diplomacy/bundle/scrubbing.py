"""What is nobody else's business goes before a run is given away: keys, addresses of one's own servers, and where
things lie on one's own machine. The same thing is replaced by the same word everywhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ..models.ids import ModelId
from ..records.sealing import json_bytes, sealed, unsealed

_KEY_NAMES = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$")
_SHORTEST_KEY = 12
_SEALED = ("calls.jsonl", "events.jsonl")


class Scrubber:
    """Replaces words in texts and in the logs of runs."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        for name, value in os.environ.items():
            if _KEY_NAMES.search(name.upper()) and len(value) >= _SHORTEST_KEY:
                self._words[value] = "[key]"

    def hide_servers(self, models: Iterable[ModelId]) -> None:
        """The addresses of servers of one's own."""
        for url in sorted({model.base_url for model in models if model.base_url}):
            place = urlsplit(url)
            known = [word for word in self._words if word == place.netloc]
            if place.netloc and not known:
                number = 1 + sum(word.startswith("server-") for word in self._words.values())
                self._words[place.netloc] = f"server-{number}.invalid"

    def rename(self, paths: Mapping[Path, str]) -> None:
        """Folders, by what stands for them; the longest go first."""
        for path, name in paths.items():
            self._words[str(path)] = name

    def text(self, text: str) -> str:
        for word in sorted(self._words, key=len, reverse=True):
            text = text.replace(word, self._words[word])
        return text

    def file(self, path: Path) -> bytes:
        """The content of a run's file. Of a log that was torn, the whole lines. Raises ``OSError``."""
        content = path.read_bytes()
        if path.name in _SEALED:
            lines = content.split(b"\n")[:-1]
            return b"".join(self._line(line, number) for number, line in enumerate(lines, 1))
        try:
            return self.text(content.decode()).encode()
        except UnicodeDecodeError:
            return content

    def _line(self, line: bytes, number: int) -> bytes:
        text = json_bytes(unsealed(line, number)).decode()
        return sealed(json.loads(self.text(text)), number)
