"""Rules that withdraw a label from the track that does not show it, a file each."""
