"""How a page of a run begins: two sentences in plain words; and what its terms mean, below."""

from collections.abc import Sequence
from html import escape

from seehear.amounts import amount
from seehear.data import Dataset
from seehear.metrics.told import headline
from seehear.report.systems import System
from seehear.report.tables import percent

_TERMS = {
    "Heard, Seen, Both": "how well the parser tells what is in the sound, in the picture, and in "
    "both in the same second: F, which is high only if most of what was "
    "found is right and most of what is there was found",
    "Type": "the mean of these three; the one number to look at first",
    "Event": "sound and picture taken together, each counted in its own track",
    "segments": "every second is right or wrong by itself",
    "events": "a stretch is right if it and a true one of its class share at least half of the "
    "time that the two cover",
    "percent": "each figure is the mean over the clips; 100 means no mistake",
}


def sentences(main: System, rivals: Sequence[System], dataset: Dataset, split: str) -> str:
    """Return what was done and how well it went, as HTML, in words that need no explanation.

    Args:
        main: the system whose page it is.
        rivals: those that it is compared with; the best of them is named.
        dataset, split: what they were scored on.
    """
    clips, classes = len(dataset.split(split)), len(dataset.vocabulary)
    done = (
        f"The parser <b>{escape(main.name)}</b> went through {amount(clips, 'clip')} of"
        f" {escape(dataset.name)} and said, second by second, which of {classes} things are heard"
        " and which are seen."
    )
    if main.report is None:
        return f'<p class="opening">{done} What is really there is not known for these clips.</p>'
    reached = f"Where 100 means no mistake at all, it reaches <b>{percent(_value(main))}</b>"
    scored = [rival for rival in rivals if rival.report is not None]
    if scored:
        best = max(scored, key=_value)
        reached += f", and {escape(best.name)} {percent(_value(best))}"
    alone = ""
    if main.guided:
        alone = (
            " That is its network alone: when it parses, words help it, and the figures are others."
        )
    return f'<p class="opening">{done} {reached}.{alone}</p>'


def terms() -> str:
    """Return what the words of the figures mean, as an HTML list."""
    items = "".join(f"<dt>{word}</dt><dd>{meaning}</dd>" for word, meaning in _TERMS.items())
    return f'<h3>What the words mean</h3><dl class="terms">{items}</dl>'


def _value(system: System) -> float:
    assert system.report is not None
    return float(system.report.figures()[headline("segment", joint=system.joint)])
