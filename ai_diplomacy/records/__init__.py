"""What a run leaves on disk: logs that survive a crash, whole files that are never half written, typed events."""
