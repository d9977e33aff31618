"""What the tiers and labels of others mean here: tracks and classes, and what is left out.

A table in TOML, as the user writes it:

    [tiers]
    "CHI*" = "heard"            # this tier is heard; its labels are the classes
    "FA1" = "heard: Speech"     # whatever stands in this tier is speech
    "notes" = "-"               # left out

    [labels]
    "dog barking" = "Dog"       # another word for a class
    "b" = "seen: Bird"
    "noise" = "-"

Names are compared without regard to case and to blanks around them; a label wins over its tier.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from seehear.amounts import amount
from seehear.closest import suggest
from seehear.errors import DataError
from seehear.foreign.forms import shortened
from seehear.foreign.texts import read_toml
from seehear.interchange.rows import ForeignRow, Imported, Unused
from seehear.interchange.spoken import track_of
from seehear.time import NOT_PARSED

_PARTS = ("tiers", "labels")
_OUT = "-"
_SAID = {"audio": "heard", "visual": "seen", "audio_visual": "both heard and seen"}
_TICKS = frozenset(("1", "x", "+", "*", "yes", "true"))  # they say that it is there, not what


@dataclass(frozen=True)
class TierMeaning:
    """What a tier or label means.

    Args:
        track: None: what the row itself says.
        label: None: the row's own.
        out: it is left out.
    """

    track: str | None = None
    label: str | None = None
    out: bool = False


@dataclass(frozen=True)
class Meanings:
    """What tiers and labels mean, by their folded names.

    Args:
        tiers, labels: the table.
        track: of rows that nothing else gives a track; None: that of the format.
        words: the only classes that there are; None: any.
        point_s: how long a moment lasts; None: moments are not used.
    """

    tiers: dict[str, TierMeaning] = field(default_factory=dict)
    labels: dict[str, TierMeaning] = field(default_factory=dict)
    track: str | None = None
    words: tuple[str, ...] | None = None
    point_s: float | None = None


def read_meanings(path: Path) -> Meanings:
    """Return the table of a file.

    Raises:
        DataError: it is not such a table; all of it is checked at once.
    """
    value = read_toml(path)
    parts: dict[str, dict[str, TierMeaning]] = {}
    for name, table in value.items():
        if name not in _PARTS or not isinstance(table, dict):
            raise DataError(
                f"expected tables [tiers] and [labels], got {shortened(name)}",
                where=path,
                hint='such as: [labels] and below it "dog barking" = "heard: Dog"',
            )
        parts[name] = {
            _folded(key): _meaning(item, f"{path} [{name}] {shortened(key)}")
            for key, item in table.items()
        }
    return Meanings(parts.get("tiers", {}), parts.get("labels", {}))


def _meaning(value: object, where: str) -> TierMeaning:
    if not isinstance(value, str) or not value.strip():
        raise DataError(
            'expected "heard", "seen", "both", a class, "heard: CLASS" or "-"', where=where
        )
    value = value.strip()
    if value == _OUT:
        return TierMeaning(out=True)
    track, _, label = value.partition(":")
    known = track_of(track)
    if known is not None and track.strip().casefold() in _SPELT:
        return TierMeaning(known, label.strip() or None)
    return TierMeaning(None, value)


_SPELT = ("heard", "seen", "both", "audio", "visual", "audio_visual")


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def understood(
    found: Imported, meanings: Meanings, default: str
) -> tuple[list[ForeignRow], list[Unused], list[str]]:
    """Return the rows with a track, a class and an end each; those that cannot be used, and notes.

    Args:
        found: what a file says.
        meanings: what its tiers and labels mean.
        default: the track of its format.
    """
    ticked = _ticked(found.rows)
    classes = {_folded(word): word for word in meanings.words or ()}
    rows: list[ForeignRow] = []
    unused = []
    for row in found.rows:
        if ticked:
            row = replace(row, label=row.tier.strip())
        told, reason = _understood(row, meanings, classes)
        if reason is not None:
            unused.append(Unused(row.where, reason))
        else:
            rows.append(told)
    notes = ["labels only tick: the names of the tiers are the classes"] if ticked else []
    notes += guessed(rows, default, "`track` or `map`")
    return [replace(row, track=row.track or default) for row in rows], unused, notes


def guessed(rows: Iterable[ForeignRow], default: str, otherwise: str) -> list[str]:
    """Return a note on rows that name no track; empty if all of them do.

    Args:
        rows: as they are read.
        default: the track that is taken for them.
        otherwise: the parameters by which the user can say another.
    """
    count = sum(row.track is None for row in rows)
    if not count:
        return []
    said = f"{amount(count, 'row')} taken as {_SAID[default]}, as nothing says heard or seen"
    return [f"{said}; {otherwise} says otherwise"]


def _understood(
    row: ForeignRow, meanings: Meanings, classes: dict[str, str]
) -> tuple[ForeignRow, str | None]:
    """Return a row as it is meant, or why it cannot be used."""
    meaning = _of(row, meanings)
    label = meaning.label or row.label
    reason = _reason(row, label, meaning, meanings)
    if reason is None and classes and label != NOT_PARSED:
        label, reason = _among(label, classes)
    end_s = row.end_s
    if row.point or end_s is None:
        end_s = row.start_s + (meanings.point_s or 0.0)
    track = meaning.track or row.track or meanings.track
    return replace(row, label=label, track=track, end_s=end_s), reason


def _ticked(rows: Iterable[ForeignRow]) -> bool:
    """Return whether labels only tick what their tiers are called."""
    labels = {row.label.strip().casefold() for row in rows if row.tier.strip()}
    return bool(labels) and labels <= _TICKS and all(row.tier.strip() for row in rows)


def _of(row: ForeignRow, meanings: Meanings) -> TierMeaning:
    """Return what a row means, by its label, and by its tier for what the label leaves open."""
    of_tier = meanings.tiers.get(_folded(row.tier), TierMeaning()) if row.tier else TierMeaning()
    of_label = meanings.labels.get(_folded(row.label))
    if of_label is None:
        return of_tier
    track = of_label.track or of_tier.track
    return TierMeaning(track, of_label.label or of_tier.label, of_label.out)


def _reason(row: ForeignRow, label: str, meaning: TierMeaning, meanings: Meanings) -> str | None:
    """Return why a row cannot be used, or None."""
    if meaning.out:
        return "left out by the mapping"
    if not label.strip():
        return "it has no label; `map` can give it one"
    if meanings.point_s is None and row.end_s is None:
        return "it has no end; `point_s` says how long such rows last"
    if meanings.point_s is None and row.point:
        return "it is a moment without a length; `point_s` says how long such rows last"
    return None


def _among(label: str, classes: dict[str, str]) -> tuple[str, str | None]:
    """Return the class that a label is, or why it is none."""
    known = classes.get(_folded(label.replace("_", " "))) or classes.get(_folded(label))
    if known is not None:
        return known, None
    hint = suggest(label, list(classes.values()))
    return label, f"no class {label!r:.60}; {hint}" if hint else f"no class {label!r:.60}"


def renamed(labels: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Return label -> known class, for labels that spell a class differently."""
    by_fold: dict[str, list[str]] = {}
    for word in known:
        by_fold.setdefault(_folded(word.replace("_", " ")), []).append(word)
    out = {}
    for label in labels:
        same = by_fold.get(_folded(label.replace("_", " ")), [])
        if label not in known and len(same) == 1:
            out[label] = same[0]
    return out
