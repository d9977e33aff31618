"""Many timelines: an index, and search over it."""
