"""Segment labels from weak labels.

    lsld         prompts, hard labels, re-weighting: the published method on arrays
    thresholds   similarities above a threshold of each class: VALOR
    removal      labels withdrawn from one track: MA, JoMoLD
    rule         what the options of every rule that sets segment labels must say
    similarity   how alike segments and texts are
    space        features in a space shared with language, read from a features folder
    store        labels on disk
    quality      labels against the truth

The first three hold rules: each is a file of functions on arrays, and a recipe calls them.

Each module is imported by its own name (`from seehear.labels import lsld`); this package imports
nothing.
"""
