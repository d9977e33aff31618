"""A better parser from what people reviewed: thresholds, linear scorers, or a network."""
