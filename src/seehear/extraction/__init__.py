"""Streaming into features on disk: `extract` is the one call; the rest serves it.

extract     the whole of it
clips       what to extract from: a dataset, folders, files
journal     what is done so far, so that a stopped extraction goes on
ray         the engine for a cluster
summary     what was done
"""
