"""The ninth system: thresholds fitted to weak labels, labels of both tracks, a run from beginning
to end.
"""

import numpy as np
import pytest

from seehear.errors import ConfigError
from seehear.labels.thresholds.valor import calibrated, threshold_labels
from seehear.recipes import get, resolve
from small_world import write_world

WEAK = np.array([[1, 0], [0, 1], [0, 1]])


def test_a_threshold_is_what_segments_without_the_class_stay_below():
    similarity = np.zeros((3, 2, 2), np.float32)
    similarity[1:, :, 0] = [[0.1, 0.2], [0.3, 0.4]]  # the clips without class 0
    similarity[0, :, 1] = [0.5, 0.7]  # the clip without class 1
    np.testing.assert_allclose(calibrated(similarity, WEAK, 0.5), [0.25, 0.6], atol=1e-6)
    np.testing.assert_allclose(
        calibrated(3 * similarity, WEAK, 0.5), [0.75, 1.8], atol=1e-6
    )  # any scale


def test_nothing_is_known_against_a_class_that_every_clip_has():
    similarity = np.full((2, 3, 1), -5, np.float32)
    limits = calibrated(similarity, np.ones((2, 1)))
    assert limits == -np.inf
    assert threshold_labels(similarity, np.ones((2, 1)), limits).all()


def test_labels_never_leave_the_weak_label():
    rng = np.random.default_rng(0)
    similarity, weak = rng.standard_normal((20, 4, 3)).astype(np.float32), rng.random((20, 3)) < 0.5
    labels = threshold_labels(similarity, weak, calibrated(similarity, weak))
    assert not labels[~weak[:, None].repeat(4, 1)].any()
    assert 0 < labels.mean() < weak.mean()


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_level_is_a_share(level):
    with pytest.raises(ValueError, match="level: expected a share between 0 and 1"):
        calibrated(np.zeros((3, 2, 2), np.float32), WEAK, level)


def test_it_trains_on_labels_of_both_tracks(tmp_path, monkeypatch):
    from seehear import encoders
    from seehear.labels.store import load
    from seehear.train import prepare, run

    class Words:
        id, dim = "minilm", 8

        def encode(self, texts):
            return np.stack(
                [np.random.default_rng(list(t.encode())).standard_normal(8) for t in texts]
            )

    monkeypatch.setattr(
        encoders,
        "_import",
        lambda where, real=encoders._import: Words if where.startswith("minilm") else real(where),
    )
    from seehear.features.packed import write_manifest, write_stream

    dataset, store = write_world(tmp_path)
    rows = [
        np.random.default_rng(i).standard_normal((4, 8)).astype(np.float32)
        for i in range(len(store.clips))
    ]
    entry = write_stream(
        store.path, "yamnet/space", rows, total=4 * len(rows), dim=8, dtype="float32"
    )
    write_manifest(
        store.path,
        {
            **store.manifest,
            "streams": {
                **store.manifest["streams"],
                "yamnet/space": {**entry, "encoder": "yamnet"},
            },
        },
    )
    prepared = prepare(
        dataset,
        type(store)(store.path),
        "valor",
        settings={
            "network.width": 16,
            "network.hidden": 16,
            "training.epochs": 1,
            "training.warmup": 0,
        },
    )
    run(prepared, tmp_path / "run")
    labels = load(tmp_path / "run" / "labels")
    assert labels.audio is not None
    assert labels.visual is not None
    assert labels.provenance["options"]["rule"] == "calibrated"


def test_published_thresholds_are_refused_for_other_encoders():
    from seehear.labels.thresholds.valor import published

    assert get("valor").labels.segments.rule == "published"
    assert resolve("valor", "offline").labels.segments.rule == "calibrated"
    with pytest.raises(
        ConfigError,
        match=r"labels\.segments\.rule: .*rule calibrated fits thresholds for any encoder",
    ):
        published("conse", ["Dog"])
