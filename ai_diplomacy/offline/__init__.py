"""The offline model: a rule-based stand-in for a language model, for play, tests and benchmarks without a key."""
