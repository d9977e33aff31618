"""A better parser from what people reviewed, without a network being trained."""
