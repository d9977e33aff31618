"""A batch that several processes share: each runs the network on some of its clips.

What is random is drawn for the whole batch and cut to the clips that are here, so that the numbers
do not depend on how many processes there are.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from torch import Tensor


@dataclass(frozen=True)
class BatchPart:
    """Clips `start` to `stop` of a batch of `count`.

    Args:
        start, stop, count: see above.
        blocks: how often the clips are repeated in the rows that a layer is given (`stacked`).
    """

    start: int
    stop: int
    count: int
    blocks: int = 1


_PART: ContextVar[BatchPart | None] = ContextVar("part", default=None)


@contextmanager
def only(part: BatchPart | None) -> Iterator[None]:
    """Declare that networks are given this part of a batch; None: all of it."""
    token = _PART.set(part)
    try:
        yield
    finally:
        _PART.reset(token)


@contextmanager
def stacked(blocks: int) -> Iterator[None]:
    """Declare that layers are given the clips `blocks` times, as when both tracks are one batch."""
    part = _PART.get()
    with only(None if part is None else replace(part, blocks=blocks)):
        yield


def is_part() -> bool:
    """Return whether networks are given a part of a batch only."""
    return _PART.get() is not None


def for_whole_batch(shape: Sequence[int], draw: Callable[[tuple[int, ...]], Tensor]) -> Tensor:
    """Return random numbers of a shape, drawn for the whole batch and cut to the clips here.

    Args:
        shape: of the result; the first axis holds the clips, or several rows of each, clip after
            clip.
        draw: returns random numbers of a shape.
    """
    part = _PART.get()
    if part is None:
        return draw(tuple(shape))
    each, odd = divmod(shape[0], part.blocks * (part.stop - part.start))
    if odd:  # the first axis does not hold clips
        return draw(tuple(shape))
    whole = draw((part.blocks * part.count * each, *shape[1:]))
    blocks = whole.unflatten(0, (part.blocks, -1))
    return blocks[:, part.start * each : part.stop * each].flatten(0, 1)
