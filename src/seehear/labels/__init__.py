"""Segment labels from weak labels.

    lsld         prompts, hard labels, re-weighting: the published method on arrays
    options      every choice of the method, as data
    build        the method on a dataset and its features: labels, and a report of what changed
    store        labels on disk
    ma, jomold, valor    label removal and thresholds of those systems

Each module is imported by its own name (`from seehear.labels import lsld`); this package imports
nothing.
"""
