"""The list of a bundle's files with their hashes, and what of it can be played again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..records.errors import ConfigError

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in ``manifest.json``."""

    files: Mapping[str, str]
    """Path below the bundle -> SHA-256 of its content, sorted; the manifest itself is not among them."""
    default_templates: str
    """Where the templates are that are used where a run names none."""
    not_replayable: Mapping[str, str]
    """Run -> why this version cannot play it again."""
    format: int = FORMAT

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


def read_manifest(bundle: Path) -> Manifest:
    """Raises ``ConfigError``."""
    try:
        document: dict[str, Any] = json.loads((bundle / NAME).read_text(encoding="utf-8"))
        manifest = Manifest(**document)
    except FileNotFoundError:
        raise ConfigError(f"{str(bundle)!r} is no bundle: it has no {NAME}") from None
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{bundle / NAME} cannot be read: {' '.join(str(error).split())}") from None
    if manifest.format != FORMAT:
        raise ConfigError(f"{bundle / NAME} has format {manifest.format!r}, and this version reads {FORMAT}")
    return manifest


def hashes(bundle: Path) -> dict[str, str]:
    """Of all files but the manifest, sorted by their paths. Raises ``OSError``."""
    found = sorted(path for path in bundle.rglob("*") if path.is_file() and path != bundle / NAME)
    return {path.relative_to(bundle).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def differences(bundle: Path, manifest: Manifest) -> list[str]:
    """What is not as it was bundled, a line a file. Raises ``OSError``."""
    there, told = hashes(bundle), []
    for name in sorted(there.keys() | manifest.files.keys()):
        if name not in there:
            told.append(f"{name} is missing")
        elif name not in manifest.files:
            told.append(f"{name} does not belong to the bundle")
        elif there[name] != manifest.files[name]:
            told.append(f"{name} was changed")
    return told
