"""The templates that a tournament plays with: copies in its folder, which no edit and no move elsewhere changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..agent.prompts import DEFAULT_DIRECTORY
from ..records.durable import replace_files
from .spec import Entrant, SpecError


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


class KeptTemplates:
    """The copies, each in a folder that its digest names."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, templates: Templates) -> None:
        """Raises ``OSError``."""
        folder = self.path / templates.digest / templates.name
        for name in templates.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        replace_files({folder / name: content for name, content in templates.files.items()})

    def folder(self, digest: str) -> Path:
        """Of a copy. Raises ``SpecError`` when it is gone."""
        found = sorted((self.path / digest).glob("*"))
        if not found or Templates.of(found[0]).digest != digest:
            raise SpecError(
                f"the templates that this tournament plays with are no longer in {self.path / digest} as they were "
                "kept; put them back, or choose another --out"
            )
        return found[0].absolute()

    def played_with(self, entrant: Entrant, digest: str) -> Path | None:
        """The folder that a player is asked from; ``None`` for the default one, as long as that is the same. Raises
        ``SpecError``."""
        if entrant.prompts is None and Templates.of(None).digest == digest:
            return None
        return self.folder(digest)

    def edit(self, entrant: Entrant, digest: str) -> str:
        """What was edited since the copy was made, in a sentence. Raises ``SpecError``."""
        kept = self.folder(digest)
        changed = ", ".join(Templates.of(entrant.prompts).differing(Templates.of(kept)))
        return (
            f"{entrant.prompts or DEFAULT_DIRECTORY} was edited since the tournament was begun ({changed}); "
            f"{entrant.name} goes on with what it was begun with, which is kept in {kept}. For the edited ones choose "
            "another --out"
        )

    def discard(self) -> None:
        """Takes all copies away."""
        if self.path.is_dir():
            for path in sorted(self.path.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            self.path.rmdir()
