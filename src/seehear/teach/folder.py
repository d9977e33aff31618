"""The folder of a taught parser, written: what is read by `seehear.parser.taught`, and a card."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seehear._version import __version__
from seehear.amounts import amount
from seehear.data import LLP_VOCABULARY, Vocabulary
from seehear.errors import ConfigError
from seehear.files import Json, atomic_path, write_text
from seehear.parser.adjusted import Adjustment
from seehear.parser.linear import FILE as LINEAR
from seehear.parser.linear import Linear
from seehear.parser.prior import ELSEWHERE, PRIORS
from seehear.parser.taught import (
    BASE,
    FILE,
    NETWORK,
    SCHEMA,
    is_taught,
    linear_of,
    read_taught,
)
from seehear.teach.evidence import ParsedAs
from seehear.teach.lesson import Lesson
from seehear.time import TRACKS

if TYPE_CHECKING:
    from seehear.teach.training import Beside

_RUN = "run"  # the parser that was corrected, in `BASE`


@dataclass(frozen=True)
class Base:
    """The parser that was corrected.

    Args:
        about: what `taught.json` says of it.
        model: its trained run or model file; None: it is a preset.
        before: how its margins were moved already, if it was a taught parser.
        linear: the linear scorers that were added already; None: none.
        encoders: by id, the encoders whose rows those scorers were learnt on.
    """

    about: Mapping[str, Json]
    model: Path | None = None
    before: Adjustment | None = None
    linear: Linear | None = None
    encoders: Mapping[str, Json] = field(default_factory=dict)


def base_of(parsed: ParsedAs, model: Path | None = None, *, whole: bool = False) -> Base:
    """Return the parser that a library was parsed by.

    Args:
        parsed: how.
        model: what it was parsed with, where that was a trained parser.
        whole: whether a taught parser stays in one piece, because a network will stand beside it.

    Raises:
        ConfigError: a trained parser is needed and none is given, or it is another one.
        WeightsError: a taught parser cannot be read.
    """
    parser: Mapping[str, Any] = parsed.parser
    said = parser.get("taught")
    if said is None and "preset" in parser:
        if model is not None and is_taught(model):
            raise ConfigError(
                "the library was not parsed by a taught parser",
                where=model,
                parameter="model",
                hint="leave it out, or name what it was parsed with",
            )
        return _preset(parsed)
    if said is not None and (whole or "network" in said):
        return _whole(model)
    if said is not None and (found := _corrected_before(said, model)) is not None:
        return found
    if model is None:
        raise ConfigError(
            f"needed, for the library was parsed by {parser.get('model', 'a trained parser')}",
            parameter="model",
            hint="give its run folder or file",
        )
    return Base({"model": _held(model), "prior": _prior(parser)}, model)


def _preset(parsed: ParsedAs) -> Base:
    parser: Mapping[str, Any] = parsed.parser
    words = _vocabulary(parsed)
    fps = [encoder["preprocessing"].get("fps") for encoder in parser["encoders"].values()]
    about = {"preset": parser["preset"], "fps": max(filter(None, fps), default=None)}
    return Base({**about, "names": words.names, "descriptions": words.descriptions})


def _corrected_before(said: Mapping[str, Any], model: Path | None) -> Base | None:
    """Return a taught parser by what it was taught from; None: its folder is needed."""
    if model is not None and is_taught(model):
        found = read_taught(model)
        about = found["base"]
        inner = model / BASE / about["model"] if "model" in about else None
        linear = _linear(model, found, said)
        encoders = {} if linear is None else found["linear"]["encoders"]
        return Base(about, inner, _before(said), linear, encoders)
    if "model" in said.get("base", {}) or "linear" in said:
        return None
    return Base(said["base"], None, _before(said))


def _whole(model: Path | None) -> Base:
    """Return a taught parser as the base of another.

    Raises:
        ConfigError: it is not given.
    """
    if model is None or not is_taught(model):
        raise ConfigError(
            "the library was parsed by a taught parser, expected its folder", parameter="model"
        )
    return Base({"model": _held(model)}, model)


def _linear(model: Path, found: Mapping[str, Any], said: Mapping[str, Any]) -> Linear | None:
    """Return the linear scorers of the taught parser that a library was parsed by."""
    was = said.get("linear", {}).get("digest")
    if was != found.get("linear", {}).get("digest"):
        raise ConfigError(
            "the library was parsed by another taught parser",
            where=model,
            parameter="model",
            hint="name the folder that it was parsed with",
        )
    return linear_of(model, found)


def _before(said: Mapping[str, Any]) -> Adjustment:
    return Adjustment(tuple(map(tuple, said["scale"])), tuple(map(tuple, said["shift"])))


def _prior(parser: Mapping[str, Any]) -> str:
    """Return the name of the prior that a trained parser was held against."""
    said = parser.get("prior")
    if not isinstance(said, Mapping):
        return "none"
    likely = []
    two = "on other footage" in said
    # a run that cannot tell such footage is held to the rule for it everywhere, as by `with_prior`
    for name, limits in (PRIORS if two else {**PRIORS, **ELSEWHERE}).items():
        if limits is not None and said.items() >= asdict(limits).items():
            likely.append(name)
    likely.sort(key=lambda name: (name in ELSEWHERE) != two)
    if not likely:
        raise ConfigError(
            "the library was parsed with a prior that this version does not know",
            hint="parse it again",
        )
    return likely[0]


def _vocabulary(parsed: ParsedAs) -> Vocabulary:
    """Return the classes of a zero-shot parser, described as they were.

    Raises:
        ConfigError: the record does not say how they were described.
    """
    given: Any = parsed.parser.get("descriptions") or {}
    usual = dict(zip(LLP_VOCABULARY.names, LLP_VOCABULARY.descriptions, strict=True))
    plain = Vocabulary.parse(",".join(parsed.names))
    described = dict(zip(plain.names, plain.descriptions, strict=True))
    for texts in (given, {**usual, **given}):
        out = Vocabulary(
            parsed.names, tuple(texts.get(name, described[name]) for name in parsed.names)
        )
        if out.digest() == parsed.parser.get("vocabulary"):
            return out
    raise ConfigError("the timelines do not say how their classes were described")


def composed(first: Adjustment | None, then: Adjustment) -> Adjustment:
    """Return what two adjustments do one after the other."""
    if first is None:
        return then
    one, two = ((np.array(part.scale), np.array(part.shift)) for part in (first, then))
    return Adjustment.of_arrays(one[0] * two[0], one[1] * two[0] + two[1])


def write(
    out: Path,
    lesson: Lesson,
    base: Base,
    *,
    how: str,
    anyway: bool = False,
    beside: "Beside | None" = None,
) -> bool:
    """Write the folder of a taught parser; return whether it is the new one.

    What was learnt is kept only where it is better on clips that it was not learnt from; else the
    folder holds the parser as it was.

    Args:
        out: the folder; new, or of a taught parser that it replaces.
        lesson: what was learnt.
        base: the parser that was corrected.
        how: one of `teaching.HOW`.
        anyway: keep what was learnt in any case.
        beside: the network that is a part of it; None: none is.

    Raises:
        SeehearError: the folder holds something else, or takes no files.
    """
    _check_free(out)
    kept = anyway or lesson.better
    learnt = lesson.adjustment if kept else Adjustment.none(len(lesson.parsed.names))
    adjustment = composed(base.before, learnt)
    linear = _all_linear(base.linear, learnt, lesson.linear if kept else None)
    card = card_of(lesson, how=how, kept=kept)
    if base.model is not None:
        _copy(base.model, out / BASE / _held(base.model))
    write_text(out / "README.md", readme(lesson, card))
    about: dict[str, Json] = {
        "schema": SCHEMA,
        "base": base.about,
        "scale": adjustment.scale,
        "shift": adjustment.shift,
        "card": card,
    }
    if kept and beside is not None:
        about["network"] = _write_network(out / NETWORK, beside, lesson.parsed)
    if linear is not None:
        linear.write(out)
        encoders = {**base.encoders, **(_encoders(lesson) if lesson.linear else {})}
        streams = dict(zip(TRACKS, linear.streams, strict=True))
        about["linear"] = {**streams, "digest": linear.digest(), "encoders": encoders}
    write_text(out / FILE, json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    if linear is None:
        (out / LINEAR).unlink(missing_ok=True)
    if "network" not in about:
        shutil.rmtree(out / NETWORK, ignore_errors=True)
    return kept


def _check_free(out: Path) -> None:
    if out.exists() and not (out.is_dir() and (is_taught(out) or not any(out.iterdir()))):
        raise ConfigError(
            "expected a new folder, or that of a taught parser",
            where=out,
            hint="choose another",
            parameter="out",
        )


def _write_network(folder: Path, beside: "Beside", parsed: ParsedAs) -> Json:
    """Write the network of a taught parser; return what `taught.json` says of it."""
    from seehear.teach.network import write_network

    try:
        words = _vocabulary(parsed)
    except ConfigError:  # a trained parser's: it says no more than their names
        words = Vocabulary(parsed.names, parsed.names)
    digest = write_network(folder, beside.network, words, beside.features, parsed.parser)
    return {"weight": beside.weight.round(6).tolist(), "weights": digest}


def _all_linear(before: Linear | None, learnt: Adjustment, more: Linear | None) -> Linear | None:
    """Return the linear scorers of before, scaled as their margins now are, and the new ones."""
    return more if before is None else before.then(learnt.scale, more)


def _encoders(lesson: Lesson) -> dict[str, Json]:
    """Return the encoders whose rows the linear scorers were learnt on, by id."""
    assert lesson.linear is not None
    entries: Mapping[str, Any] = lesson.parsed.parser
    out: dict[str, Json] = {}
    for stream in lesson.linear.streams:
        name = stream.partition("/")[0]
        entry = entries["encoders"][name]
        out[name] = {key: entry[key] for key in ("weights", "preprocessing")}
    return out


def _held(model: Path) -> str:
    """Return what a parser is called in the folder of one that was taught from it."""
    return _RUN if model.is_dir() else f"{_RUN}{model.suffix}"


def _copy(source: Path, target: Path) -> None:
    if target.exists() and target.resolve() == source.resolve():
        return
    if target.resolve().is_relative_to(source.resolve()):
        raise ConfigError(
            "it holds the parser that the library was parsed with, which becomes part of the new "
            "one",
            where=source,
            hint="choose another",
            parameter="out",
        )
    with atomic_path(target) as part:
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, part)
        else:
            shutil.copyfile(source, part)


def card_of(lesson: Lesson, *, how: str, kept: bool) -> dict[str, Json]:
    """Return the card of a taught parser, as JSON values."""
    spoken_s = {name: dict(tracks) for name, tracks in lesson.reviewed_s.items()}
    return {
        "how": how,
        "reviewed_s": spoken_s,
        "reviewed_clips": lesson.clips,
        "catalogued_clips": lesson.catalogued,
        "figures_before": dict(lesson.before),
        "figures_after": dict(lesson.after),
        "kept": "what was learnt" if kept else "the parser as it was: what was learnt is no better",
        "taught_by": __version__,
    }


def readme(lesson: Lesson, card: Mapping[str, Any]) -> str:
    """Return the card for people to read."""
    lines = [
        "# A taught parser",
        "",
        f"Learnt by `{card['how']}` from {amount(lesson.clips, 'reviewed clip')} and the classes of"
        f" {lesson.catalogued} more in a catalogue. It holds {card['kept']}.",
        "",
        "Use it: `seehear parse VIDEOS --model THIS_FOLDER`.",
        "",
        "| class | heard, reviewed s | seen, reviewed s |",
        "|---|---:|---:|",
    ]
    for name, tracks in lesson.reviewed_s.items():
        lines.append(f"| {name} | {tracks['audio']:g} | {tracks['visual']:g} |")
    lines += ["", "| figure, on clips it was not learnt from | before | after |", "|---|---:|---:|"]
    for name, value in lesson.before.items():
        lines.append(f"| {name} | {100 * value:.1f} | {100 * lesson.after[name]:.1f} |")
    return "\n".join(lines) + "\n"
