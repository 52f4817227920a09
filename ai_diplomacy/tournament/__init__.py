"""Many games: who sits where, played side by side in one process, in several, or on a cluster."""
