"""What stands in a folder of templates, as a value that can be compared, named by its digest and copied."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..records.durable import replace_files
from .prompts import DEFAULT_DIRECTORY


@dataclass(frozen=True, slots=True)
class Templates:
    """What stands in a folder of templates."""

    name: str
    """Of the folder."""
    files: Mapping[str, bytes]
    """Path in the folder -> content, sorted."""

    @classmethod
    def of(cls, folder: Path | None) -> Templates:
        """``None``: the default ones. Raises ``OSError``."""
        folder = folder or DEFAULT_DIRECTORY
        paths = sorted(path for path in folder.rglob("*.j2") if path.is_file())
        return cls(folder.name, {str(path.relative_to(folder)): path.read_bytes() for path in paths})

    @property
    def digest(self) -> str:
        """The same for the same files."""
        whole = hashlib.sha256()
        for name, content in self.files.items():
            whole.update(f"{name}\0{len(content)}\0".encode() + content)
        return whole.hexdigest()[:16]

    def differing(self, other: Templates) -> list[str]:
        """The files that are not the same in both, or only in one."""
        names = sorted(self.files.keys() | other.files.keys())
        return [name for name in names if self.files.get(name) != other.files.get(name)]

    def copy_to(self, folder: Path) -> None:
        """Raises ``OSError``."""
        for name in self.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        replace_files({folder / name: content for name, content in self.files.items()})
