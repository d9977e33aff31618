"""LSLD's labels, one file for each part: what language says of a segment, and how far to trust it.

    combinations    the prompt of every set of labels
    denoising       a segment takes the labels of the prompt it is nearest to
    reweighting     labels become soft where the rest of the training set contradicts them
    scale           the factors of the re-weighting, fitted to any encoder
    contrast        our own addition (`plus`): evidence from clips that lack a class
    descriptions    words for the classes
    emptied         warnings for classes that lost their labels
    options         every choice of the method, as data
    build           the method on a dataset and its features: labels, and a report of what changed

`lsld.prompts`, `lsld.denoise` and `lsld.reweight` are the method as functions on arrays.
"""

from seehear.labels.lsld.denoising import denoise, prompt_similarity, prompts, reweight

__all__ = ["denoise", "prompt_similarity", "prompts", "reweight"]
