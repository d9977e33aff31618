"""Segment labels from weak labels.

    lsld         prompts, hard labels, re-weighting: the published method on arrays
    removal      labels withdrawn from one track: MA, JoMoLD
    thresholds   similarities above a threshold of each class: VALOR
    rule         what every such rule says of itself
    space        the space that segments share with language, read from features
    store        labels on disk
    quality      labels against the truth

Each module is imported by its own name (`from seehear.labels import lsld`); this package imports
nothing.
"""
