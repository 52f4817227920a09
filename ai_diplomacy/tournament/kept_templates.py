"""The templates that a tournament plays with: copies in its folder, which no edit and no move elsewhere changes."""

from __future__ import annotations

from pathlib import Path

from ..agent.prompts import DEFAULT_DIRECTORY
from ..agent.templates import Templates
from .reading import Entrant, SpecError


class KeptTemplates:
    """The copies, each in a folder that its digest names."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, templates: Templates) -> None:
        """Raises ``OSError``."""
        templates.copy_to(self.path / templates.digest / templates.name)

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
