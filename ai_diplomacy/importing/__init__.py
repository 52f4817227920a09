"""Games that other programs wrote, made into runs that everything which reads a run can read."""
