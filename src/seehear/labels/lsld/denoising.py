"""Language-guided label denoising: from a clip's labels to labels of every segment.

A weak label says that a class occurs somewhere in a clip, in one track or both.  For every subset
of a clip's labels there is a prompt, and one more for nothing
(`seehear.labels.lsld.combinations`).  A segment takes the labels of the prompt whose text feature
lies closest to the segment's feature:

    s[n, t]     = cos(text_n, segment_t)
    label[t, c] = 1 where c belongs to the prompt of largest s[., t]

No label is ever added, and a clip may lose all of its labels.  Re-weighting then softens the labels
that disagree with the rest of the training set (`seehear.labels.lsld.reweighting`).

Conventions: `segment_features` (N, T, D), `weak` (N, C) of 0 and 1, segment labels (N, T, C)
float32 in [0, 1]. Arrays may be numpy or torch; results are of the kind of the first array.

Source: Revisit Weakly-Supervised Audio-Visual Video Parsing from the Language Perspective, NeurIPS
2023, section 3; code fyyCS/LSLD at d34c988.

Differs: the arg-max is taken over float32 cosines; the release takes it over half-precision softmax
values that differ only in the third decimal, so that near ties go to the first prompt.  More than
three labels follow the general rule.  A segment of zeros (the track does not exist) gets no label;
the release divides by zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from seehear.arrays import Array
from seehear.labels.lsld.combinations import Nothing, build_prompts, class_texts, membership
from seehear.labels.lsld.reweighting import reweight
from seehear.labels.similarity import (
    Encode,
    Floats,
    encode_texts,
    like,
    softmax,
    to_numpy,
    unit_rows,
)

__all__ = ["denoise", "prompt_similarity", "prompts", "reweight"]

prompts = build_prompts


def denoise(
    segment_features: Array,
    weak: Array,
    encode: Encode,
    descriptions: object,
    *,
    nothing: str | Nothing = "other",
    template: str = "{}",
) -> Array:
    """Return hard segment labels (N, T, C), 0 or 1: the labels of each segment's best prompt.

    Args:
        segment_features: (N, T, D), one row a segment (frames already averaged), of any length.
        weak: (N, C).
        encode: texts to (K, D) features; called once, with every distinct prompt of the whole
            dataset.
        descriptions: C texts, or a vocabulary.
        nothing: wording of the nothing prompt, see `combinations.NOTHING`.
        template: put around each prompt; the release wraps audio prompts as "This is a sound of
            {}".

    Raises:
        ValueError: shapes that do not fit each other, or weak labels other than 0 and 1.
        FeatureError: NaN or infinite features.
        WeightsError: the texts have features of another width.
        DataError: a clip has more than `combinations.MOST_LABELS` labels.
        ConfigError: see `combinations.build_prompts`.
    """
    features, labels = check(segment_features, weak, descriptions)
    hard = np.zeros((*features.shape[:2], labels.shape[1]), np.float32)
    prompts_of = _Prompts(descriptions, nothing, template)
    for clips, classes, score in _by_label_set(features, labels, encode, prompts_of):
        silent = ~features[clips].any(axis=2)
        best = np.where(silent, score.shape[2] - 1, score.argmax(axis=2))
        hard[clips] = membership(classes, labels.shape[1])[best]
    return like(hard, segment_features)


def prompt_similarity(
    segment_features: Array,
    weak: Array,
    encode: Encode,
    descriptions: object,
    *,
    nothing: str | Nothing = "other",
    template: str = "{}",
) -> Array:
    """Return equation 3's softmax value of each single-class prompt, (N, T, C); 0 without a prompt.

    This is the similarity that the paper states for re-weighting.  Without a temperature it is
    about 1/2^K whatever the segment shows; it is here for comparison.  Arguments and errors as in
    `denoise`.
    """
    features, labels = check(segment_features, weak, descriptions)
    out = np.zeros((*features.shape[:2], labels.shape[1]), np.float32)
    prompts_of = _Prompts(descriptions, nothing, template)
    for clips, classes, score in _by_label_set(features, labels, encode, prompts_of):
        alone = membership(classes, labels.shape[1])
        single = np.flatnonzero(alone.sum(axis=1) == 1)
        out[clips] = softmax(score)[:, :, single] @ alone[single]
    return like(out, segment_features)


def check(
    segment_features: Array, weak: Array, descriptions: object
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return unit segment features and boolean weak labels after checking that shapes fit.

    Raises:
        ValueError: shapes that do not fit, or weak labels that are not 0 or 1.
        FeatureError: NaN or infinite features.
    """
    labels, count = to_numpy(weak), len(class_texts(descriptions))
    shape = tuple(segment_features.shape)
    if len(shape) != 3 or labels.shape != (shape[0], count):
        raise ValueError(
            f"expected features (N, T, D) and weak labels (N, {count}) for {count} class texts, got"
            f" {shape} and {labels.shape}"
        )
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("expected weak labels of 0 and 1")
    return unit_rows(segment_features, "segment features"), labels.astype(bool)


@dataclass(frozen=True)
class _Prompts:
    """How the prompts of a set of labels are worded."""

    descriptions: object
    nothing: str | Nothing
    template: str

    def __call__(self, classes: tuple[int, ...]) -> list[str]:
        if not classes:
            return []
        return build_prompts(
            classes, self.descriptions, nothing=self.nothing, template=self.template
        )


def _by_label_set(
    features: Floats, weak: NDArray[np.bool_], encode: Encode, prompts_of: _Prompts
) -> Iterator[tuple[NDArray[np.intp], tuple[int, ...], Floats]]:
    """Yield (clip indices, their classes, cosines (n, T, 2^K)) for every non-empty set of labels.

    Clips are grouped by their labels, so the loop runs over label sets (119 in LLP's training
    split), not segments.
    """
    sets, member = np.unique(weak, axis=0, return_inverse=True)
    classes = [tuple(np.flatnonzero(row).tolist()) for row in sets]
    sentences = [prompts_of(some) for some in classes]
    texts = list(dict.fromkeys(chain.from_iterable(sentences)))
    if not texts:
        return
    vectors = encode_texts(encode, texts, features.shape[2])
    row = {text: i for i, text in enumerate(texts)}
    order = np.argsort(member.ravel(), kind="stable")
    sizes = np.bincount(member.ravel(), minlength=len(sets))
    groups = np.split(order, np.cumsum(sizes)[:-1])
    for clips, some, group in zip(groups, classes, sentences, strict=True):
        if some:
            wanted = vectors[[row[text] for text in group]]
            yield clips, some, features[clips] @ wanted.T
