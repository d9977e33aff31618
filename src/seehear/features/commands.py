"""The command that makes missing features, for the hints of errors."""

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from seehear.data import LLP_VOCABULARY, Dataset
from seehear.data.releases import SETS
from seehear.features.feature_set import FeatureSet


def extract_command(
    dataset: Dataset, encoders: Mapping[str, Iterable[str]], out: str | Path
) -> str:
    """Return the command that extracts a dataset's features.

    For LLP it samples the frames that the published features were made of.

    Args:
        dataset: whose clips.
        encoders: ids by track, `visual` and `audio`.
        out: the features folder.
    """
    told = [
        f"--{track} {','.join(dict.fromkeys(encoders[track]))}"
        for track in ("visual", "audio")
        if encoders.get(track)
    ]
    if dataset.vocabulary.names == LLP_VOCABULARY.names:
        told.append("--sampling paper")  # docs/encoders.md says what it changes
    root, folder = shlex.quote(str(dataset.root)), shlex.quote(str(out))
    return f"seehear extract {root} {' '.join(told)} --out {folder}"


def features_command(dataset: Dataset, features: FeatureSet, out: str | Path) -> str:
    """Return the command that gets a feature set.

    It fetches a set that only a release has, and extracts any other.
    """
    if features.name in SETS:
        root = shlex.quote(str(dataset.root))
        return f"seehear fetch llp --out {root} --only {SETS[features.name]}"
    return extract_command(dataset, set_encoders(features), out)


def set_encoders(features: FeatureSet) -> dict[str, list[str]]:
    """Return the encoders of a feature set by track."""
    return {
        "visual": _encoders((*features.visual, *features.motion)),
        "audio": _encoders(features.audio),
    }


def _encoders(streams: Iterable[str]) -> list[str]:
    return [stream.split("/")[0] for stream in streams]
