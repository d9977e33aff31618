"""Which sentences a segment is compared with: one for every subset of its clip's labels.

    labels {A}        A, nothing
    labels {A, B}     A and B, A, B, nothing
    labels {A, B, C}  A and B and C, A, B, C, A and B, A and C, B and C, nothing

So K labels give 2^K prompts: all labels together, then every other subset by size, and at last the
prompt for none of them.  Order matters for exact ties only (the first prompt wins).

Class texts that begin with "a person" come first, in class order, and "a person" is said once:
`a person speaking and playing the guitar and Dog`.

Source: LSLD (NeurIPS 2023), section 3.2.  Differs: for more than three labels the release reuses
the prompts of the clip before; here the general rule holds up to `MOST_LABELS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from seehear.errors import ConfigError, DataError

MOST_LABELS = 10  # 1,024 prompts; a clip with more labels should be cut
# a subject that several class texts begin with is said once, before all of them
SUBJECT = "a person "


@dataclass(frozen=True)
class Nothing:
    """How "none of these" is put into words.

    Args:
        word: the whole prompt; empty: it is built from `negation`.
        negation: pattern for one absent class, as `not {}`.
        spelled: every prompt also names the absent classes of its clip with `negation`.
    """

    word: str = ""
    negation: str = ""
    spelled: bool = False


# the three rows of the paper's Table 3; it does not say how "not class" is worded for several
# labels, so both readings are here
NOTHING: dict[str, Nothing] = {
    "other": Nothing(word="other"),
    "none": Nothing(word="none"),
    "not-class": Nothing(negation="not {}"),
    "not-class-spelled": Nothing(negation="not {}", spelled=True),
}


def nothing_variant(name: "str | Nothing") -> Nothing:
    """Return how "none of these" is put into words, by name: one of `NOTHING`, or `word:TEXT`.

    Raises:
        ConfigError: no such variant.
    """
    if isinstance(name, Nothing):
        return name
    if name.startswith("word:") and name[5:].strip():
        return Nothing(word=name[5:].strip())
    if name not in NOTHING:
        raise ConfigError(
            f"expected {', '.join(NOTHING)} or word:TEXT, got {name!r}", parameter="nothing"
        )
    return NOTHING[name]


def subsets(classes: Sequence[int]) -> list[tuple[int, ...]]:
    """Return every subset of the classes in prompt order; the last one is empty (nothing)."""
    members = tuple(classes)
    if not members:
        return [()]
    smaller = chain.from_iterable(combinations(members, size) for size in range(1, len(members)))
    return [members, *smaller, ()]


def membership(classes: Sequence[int], count: int) -> NDArray[np.float32]:
    """Return the (2^K, C) matrix with 1 where prompt n names class c.

    Args:
        classes: indices of the K labels of a clip.
        count: C.
    """
    chosen = subsets(classes)
    matrix = np.zeros((len(chosen), count), np.float32)
    for row, subset in zip(matrix, chosen, strict=True):
        row[list(subset)] = 1.0
    return matrix


def build_prompts(
    classes: Iterable[int],
    descriptions: object,
    *,
    nothing: str | Nothing = "other",
    template: str = "{}",
) -> list[str]:
    """Return the prompts of a clip with these labels.

    Args:
        classes: class indices of the clip's labels, in any order.
        descriptions: one text a class: a sequence, or a vocabulary.
        nothing: a name of `NOTHING`, `word:TEXT`, or a `Nothing`.
        template: put around every whole prompt, the nothing prompt too; must hold one `{}`.

    Raises:
        DataError: a class outside the vocabulary, or more than `MOST_LABELS` labels.
        ConfigError: an unknown `nothing`, or a template without exactly one `{}`.
        TypeError: descriptions that are neither a sequence nor a vocabulary.

    Examples:
        >>> build_prompts([0, 1], ["Speeching", "Dog"])
        ['Speeching and Dog', 'Speeching', 'Dog', 'other']
    """
    texts = class_texts(descriptions)
    members = sorted({int(c) for c in classes})
    outside = [c for c in members if not 0 <= c < len(texts)]
    if outside:
        raise DataError(
            f"label {outside[0]} is outside the vocabulary, classes 0 to {len(texts) - 1}",
            hint="give a description for every class, or mend the labels",
        )
    if len(members) > MOST_LABELS:
        raise DataError(
            f"expected at most {MOST_LABELS} labels a clip, got {len(members)}: every subset of"
            " them would be a prompt",
            hint="cut the clip, or train recipe valor, which compares classes one by one",
        )
    if template.count("{}") != 1:
        raise ConfigError(
            f"expected one {{}} in the template, got {template!r}", parameter="template"
        )
    variant = nothing_variant(nothing)
    return [
        template.replace("{}", _sentence(subset, members, texts, variant))
        for subset in subsets(members)
    ]


def class_texts(descriptions: object) -> list[str]:
    """Return the class texts of a sequence of texts or of a vocabulary.

    Raises:
        TypeError: it is neither.
    """
    texts = getattr(descriptions, "descriptions", descriptions)
    if isinstance(texts, str) or not isinstance(texts, Sequence):
        raise TypeError(
            f"expected a sequence of texts or a vocabulary, got {type(descriptions).__name__}"
        )
    return list(texts)


def _sentence(
    subset: tuple[int, ...], members: list[int], texts: list[str], variant: Nothing
) -> str:
    if not subset and (variant.word or not members):
        return variant.word or NOTHING["other"].word
    parts = _under_one_subject([texts[c] for c in subset])
    if not subset or variant.spelled:
        parts += [variant.negation.replace("{}", texts[c]) for c in members if c not in subset]
    return " and ".join(parts)


def _under_one_subject(parts: list[str]) -> list[str]:
    """Return the texts, those with the common subject first; only the first keeps the subject.

    For example: "a person speaking", "playing the guitar", "Dog".
    """
    acting = [text for text in parts if text.startswith(SUBJECT)]
    others = [text for text in parts if not text.startswith(SUBJECT)]
    return acting[:1] + [text.removeprefix(SUBJECT) for text in acting[1:]] + others
