"""From media to features on disk: `extract` is the one call; the rest serves it.

extract     all of it, in order
clips       what to extract from: a dataset, folders, files, addresses
journal     what is done so far, so that a stopped extraction can go on
parts       the rows that workers of a cluster write themselves
ray         the engine for a cluster
summary     what was done
"""
