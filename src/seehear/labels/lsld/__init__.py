"""LSLD's labels, a part a file: what language says of a segment, and how far to believe it.

    combinations    the prompt of every set of labels
    denoising       a segment takes the labels of the prompt it is nearest to
    reweighting     labels become soft where the rest of the training set contradicts them
    contrast        our own addition (`plus`): evidence from clips that lack a class
    descriptions    words for the classes
    options         every choice of the method, as data
    build           the method on a dataset and its features: labels, and a report of what changed

`lsld.prompts`, `lsld.denoise` and `lsld.reweight` are the method as functions on arrays.
"""

from seehear.labels.lsld.denoising import denoise, prompt_similarity, prompts, reweight

__all__ = ["denoise", "prompt_similarity", "prompts", "reweight"]
