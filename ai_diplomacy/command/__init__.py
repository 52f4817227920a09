"""The command that plays games, goes on with them, forks them and plays them again."""
