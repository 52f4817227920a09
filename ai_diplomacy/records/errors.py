"""What a person gave that cannot be used."""

from __future__ import annotations


class ConfigError(ValueError):
    """A setting, or a folder, that cannot be used. Its text is one line for the person who gave it."""
