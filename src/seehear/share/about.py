"""What a model file says of itself, and the form that this is checked against.

A run writes it (`seehear.train`), but a stranger may have changed it.  So it is checked wherever it
is read, and the code after that relies on its keys.
"""

from seehear.data import Vocabulary
from seehear.files import Json
from seehear.foreign.forms import (
    Form,
    Wrong,
    anything,
    checked,
    flag,
    items,
    made,
    maybe,
    number,
    one_of,
    record,
    table,
    text,
    whole,
)
from seehear.metrics import FIGURE_KEYS
from seehear.time import Decoding

SCHEMA = "seehear.run/1"
# a network is built and arrays are made by these numbers
MOST_WIDTH, MOST_SEGMENTS, MOST_CLASSES = 1 << 17, 86_400, 100_000

FIGURES: Form[Json] = record(dict.fromkeys(FIGURE_KEYS, number(0, 1)))


def _option(value: Json) -> Json:
    """Expect an option of a network: no number that could not be a size."""
    if type(value) in (int, float):
        return (whole if type(value) is int else number)(-MOST_WIDTH, MOST_WIDTH)(value)
    return value


_PAPER = record({"title": text, "venue": text}, {"arxiv": maybe(text), "code": maybe(text)})
_NETWORK = record(
    {
        "builder": text,
        "options": table(_option),
        "rows": one_of("segment", "frame"),
        "forward": table(_option),
    },
    {"prior": text},
)
_RECIPE = record(
    {
        "name": text,
        "summary": text,
        "paper": _PAPER,
        "labels": record({}, {"segments": maybe(table(anything))}),
        "network": _NETWORK,
        "training": record({"select": text}),
    }
)
_STREAMS = items(text)
_SOME_STREAMS = items(text, least=1)
_FEATURES = record(
    {"name": text, "summary": text, "audio": _SOME_STREAMS, "visual": _SOME_STREAMS},
    {"motion": _STREAMS, "standardise": flag},
    others=False,
)
_VOCABULARY = record(
    {
        "names": items(text, least=1, most=MOST_CLASSES),
        "descriptions": items(text, least=1, most=MOST_CLASSES),
    }
)
_GRID = record(
    {"count": whole(1, MOST_SEGMENTS), "step_s": number(1e-6, 1e6), "start_s": number(-1e9, 1e9)},
    others=False,
)
_ENCODER = record({}, {"weights": maybe(table(text)), "licence": text, "preprocessing": anything})
_DATASET = record(
    {"name": text, "fingerprint": text, "train_clips": whole()}, {"classes": table(whole())}
)
_FORM = record(
    {
        "schema": one_of(SCHEMA),
        "seehear": text,
        "recipe": _RECIPE,
        "features": _FEATURES,
        "dims": table(maybe(whole(1, MOST_WIDTH))),
        "vocabulary": _VOCABULARY,
        "grid": _GRID,
        "encoders": table(_ENCODER),
        "decoding": record(dict.fromkeys(("threshold", "gate", "gate_threshold"), anything)),
        "seed": maybe(whole()),
        "epoch": maybe(whole()),
        "figures": maybe(FIGURES),
    },
    {
        "dataset": maybe(_DATASET),
        "labels": maybe(table(anything)),
        "machine": maybe(table(anything)),
        "converted": maybe(table(record({"file": text, "sha256": text}))),
    },
)


def _contradiction(about: Json) -> str | None:
    """Return what contradicts the rest of a description, or None."""
    names, roles = about["vocabulary"]["names"], {"audio", "visual", "motion"}
    try:
        Vocabulary(tuple(names), tuple(about["vocabulary"]["descriptions"]))
    except ValueError as error:
        return f"vocabulary: {error}"
    try:
        decoding = made(Decoding)(about["decoding"])
    except Wrong as wrong:
        return str(wrong.below("decoding"))
    for key in ("threshold", "visual_threshold", "gate_threshold", "visual_gate_threshold"):
        value = getattr(decoding, key)
        if isinstance(value, tuple) and len(value) != len(names):
            return f"decoding.{key}: expected a number or {len(names)} numbers, got {len(value)}"
    if about["dims"].keys() != roles or None in (about["dims"]["audio"], about["dims"]["visual"]):
        return f"dims: expected {', '.join(sorted(roles))}"
    return None


ABOUT = checked(_FORM, _contradiction)
