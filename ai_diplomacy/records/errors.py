"""What is wrong with what a person gave: a setting, a file, a folder."""

from __future__ import annotations


class ConfigError(ValueError):
    """A setting that cannot be used. Its text is one line for the person who gave it."""
