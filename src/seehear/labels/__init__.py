"""Segment labels from weak labels.

    lsld         prompts, hard labels, re-weighting: the published method on arrays
    thresholds   similarities above a threshold of each class: VALOR
    removal      labels withdrawn from one track: MA, JoMoLD
    rule         what the options of every rule that sets segment labels must say
    similarity   how alike segments and texts are
    space        features in a space shared with language, read from a features folder
    store        labels on disk
    released     LSLD's own labels, as its repository publishes them
    fit          whether labels made earlier still belong to a dataset
    agreement    two sets of labels side by side
    quality      labels against the truth

The first three are folders of rules: files of functions on arrays, which a recipe calls.

Each module is imported by its own name (`from seehear.labels import lsld`); this package imports
nothing.
"""
