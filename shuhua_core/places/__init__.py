"""Places: divisions, positions and datums."""
