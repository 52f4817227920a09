"""Seven language-model agents play Diplomacy against each other, concurrently under asyncio."""

__version__ = "0.1.0"
