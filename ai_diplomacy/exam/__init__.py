"""The examination: a model asked for its orders in a frozen bank of positions, and what they cost it."""
