"""The folder of a taught parser: the parser that was corrected, and how its answers are adjusted.

`taught.json` names a preset and its classes, or a trained run in the folder `base` beside it.  It
also holds the two numbers for each class and track that corrections gave (`adjusted`).  Linear
scorers, where they were learnt, lie in `linear.npz` (`linear`); a network that was trained is a run
in the folder `network` (`joined`).  The parser that was corrected may itself be a taught one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seehear.data import Vocabulary
from seehear.encoders import AnyEncoder, load_encoder
from seehear.errors import ConfigError, DataError, WeightsError
from seehear.foreign.forms import anything, items, maybe, number, record, table, text, whole
from seehear.foreign.texts import read_json
from seehear.names import is_plain
from seehear.parser.adjusted import Adjusted, Adjustment
from seehear.parser.linear import Linear, read_linear
from seehear.parser.preset import PRESETS, check_preset
from seehear.parser.scorer import Scorer
from seehear.share.bundle import MODEL, digest

FILE = "taught.json"
SCHEMA = "seehear.taught/1"
BASE = "base"  # of a trained run, beside the file
NETWORK = "network"  # the run of the network that stands beside the parser
_DEEPEST = 20  # how many taught parsers may lie inside one another
_ROWS = items(items(number(-1e6, 1e6)), least=2, most=2)
_BASE = record(
    {},
    {
        "preset": text,
        "fps": maybe(whole(1, 1000)),
        "names": items(text),
        "descriptions": items(text),
        "model": text,
        "prior": text,
    },
)
_LINEAR = record(
    {"audio": text, "visual": text, "digest": text, "encoders": table(table(anything))}
)
_NETWORK = record({"weight": items(items(number(0, 1)), least=2, most=2), "weights": text})
_FORM = record(
    {"schema": text, "base": _BASE, "scale": _ROWS, "shift": _ROWS, "card": table(anything)},
    {"linear": _LINEAR, "network": _NETWORK},
)


def is_taught(path: str | Path) -> bool:
    """Return whether a folder holds a taught parser."""
    return (Path(path) / FILE).is_file()


def read_taught(path: Path) -> dict[str, Any]:
    """Return what the folder of a taught parser says.

    Raises:
        WeightsError: it cannot be read, or has another schema.
    """
    try:
        found = read_json(path / FILE, _FORM)
    except DataError as error:
        raise WeightsError(error.problem, where=path / FILE, hint="teach it again") from None
    if found["schema"] != SCHEMA:
        hint = "teach it again, or use the version of seehear that made it"
        raise WeightsError(f"expected {SCHEMA}, got {found['schema']}", where=path, hint=hint)
    return found


def taught(path: str | Path, *, device: str = "cpu", deep: int = 0) -> Adjusted:
    """Return the scorer of a taught parser.

    Args:
        path: its folder.
        device: where the network of a trained run computes.
        deep: how many taught parsers it lies inside.

    Raises:
        WeightsError: it cannot be read, or weights are missing.
        ConfigError: no such preset or prior, or no classes.
    """
    folder = Path(path)
    found = read_taught(folder)
    base = _base(folder, found["base"], device, deep)
    classes = len(base.vocabulary)
    for name in ("scale", "shift"):
        if any(len(row) != classes for row in found[name]):
            raise WeightsError(f"{name}: expected {classes} numbers a track", where=folder / FILE)
    scale, shift = (tuple(map(tuple, found[name])) for name in ("scale", "shift"))
    card: dict[str, Any] = {"base": found["base"], **found["card"]}
    if "network" in found:
        base = _joined(base, folder, found["network"], device)
        card["network"] = found["network"]
    linear = linear_of(folder, found)
    if linear is not None:
        _check_encoders(base, found["linear"]["encoders"], folder)
        card["linear"] = {key: found["linear"][key] for key in ("audio", "visual", "digest")}
    return Adjusted(base, Adjustment(scale, shift), card, linear)


def linear_of(folder: Path, found: Mapping[str, Any]) -> Linear | None:
    """Return the linear scorers of a taught parser, None where it has none.

    Args:
        folder: its folder.
        found: of `read_taught`.

    Raises:
        WeightsError: they cannot be read, or have another digest.
    """
    if "linear" not in found:
        return None
    return read_linear(folder, found["linear"], len(found["scale"][0]))


def _check_encoders(base: Scorer, learnt: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
    """Refuse encoders other than those whose rows the linear scorers were learnt on."""
    from seehear.encoders.provenance import provenance

    encoders = {**base.audio, **base.visual}
    for name, was in learnt.items():
        entry: Mapping[str, Any] = provenance(encoders[name]) if name in encoders else {}
        for key in ("weights", "preprocessing"):
            if entry.get(key) != was.get(key):
                problem = f"its scorers were learnt with other {key} of {name} than those here"
                raise WeightsError(problem, where=folder / FILE, hint="teach it again")


def _joined(base: Scorer, folder: Path, said: Mapping[str, Any], device: str) -> Scorer:
    """Return a parser with the network beside it."""
    from seehear.parser.joined import Joined
    from seehear.parser.trained import trained

    run = folder / NETWORK
    weights = run / MODEL
    if not weights.is_file() or digest(weights) != said["weights"]:
        raise WeightsError(
            "the network that was trained with it is missing", where=weights, hint="teach it again"
        )
    if any(len(row) != len(base.vocabulary) for row in said["weight"]):
        problem = f"weight: expected {len(base.vocabulary)} numbers a track"
        raise WeightsError(problem, where=folder / FILE)
    known: dict[str, AnyEncoder] = {**base.audio, **base.visual}

    def load(id_: str, /, **options: Any) -> AnyEncoder:
        return known[id_] if id_ in known else load_encoder(id_, **options)

    network = trained(run, device=device, load=load)
    return Joined(base, network, np.asarray(said["weight"], np.float64), said)


def _base(folder: Path, base: Mapping[str, Any], device: str, deep: int) -> Scorer:
    if "model" in base:
        from seehear.parser.prior import with_prior
        from seehear.parser.trained import trained

        inner = folder / BASE / base["model"]
        if not is_plain(base["model"]):
            raise WeightsError("expected the name of a folder", where=folder / FILE)
        if is_taught(inner):
            if deep >= _DEEPEST:
                raise WeightsError(f"more than {_DEEPEST} nested parsers", where=folder)
            return taught(inner, device=device, deep=deep + 1)
        return with_prior(trained(inner, device=device), base.get("prior"))
    preset = base.get("preset", "")
    check_preset(preset, base.get("fps"))
    names, descriptions = base.get("names", ()), base.get("descriptions", ())
    if not names or len(names) != len(descriptions):
        raise ConfigError("expected classes, each with a description", where=folder / FILE)
    vocabulary = Vocabulary(tuple(names), tuple(descriptions))
    return PRESETS[preset](vocabulary, fps=base.get("fps"))
