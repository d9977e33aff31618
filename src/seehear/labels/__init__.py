"""Segment labels from weak labels.

    lsld         prompts, hard labels, re-weighting: the published method on arrays
    thresholds   similarities above a threshold of each class: VALOR
    removal      labels withdrawn from one track: MA, JoMoLD
    rule         no rule itself: what the options of one that sets segments must say
    similarity   how alike segments and texts are
    space        the space that segments share with language, read from features
    store        labels on disk
    quality      labels against the truth

The first three hold rules, each a file of functions of arrays; a recipe calls them.

Each module is imported by its own name (`from seehear.labels import lsld`); this package imports
nothing.
"""
