"""Rules that withdraw a label from a track in which it is not found: MA, JoMoLD."""
