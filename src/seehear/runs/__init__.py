"""A trained run as it is read without PyTorch: what it says of itself, and its network as a graph.

`seehear.train` writes runs and reads those that have no graph.
"""
