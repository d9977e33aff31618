"""What a third party adds to seehear."""
