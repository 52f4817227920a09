"""The page of one run, live or finished: the map, the press, the minds, and the prompt behind every decision."""
