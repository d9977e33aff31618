"""`seehear evaluate` on benchmarks: their own figures beside ours, none that the truth lacks."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_lfav, write_unav, write_vggsounder
from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.time import Decoding, Scores, decode_scores


def written(dataset, split: str, out: Path) -> Path:
    """Timelines of a split, as a parser writes them: the truth at .9, and its own scores."""
    out.mkdir()
    of_split = dataset.splits[split]
    for index, clip in enumerate(of_split.clips):
        grid = dataset.grid
        if of_split.exact:
            prob = 0.9 * np.repeat(of_split.track_weak[index][None], grid.count, axis=0)
        else:
            truth = of_split.truth()
            prob = 0.9 * np.stack([truth.audio[index], truth.visual[index]], axis=1)
        if of_split.lengths:
            grid = type(grid)(of_split.lengths[index])
            prob = prob[: grid.count]
        scores = Scores(prob.astype(np.float32), grid, dataset.vocabulary.names)
        timeline = decode_scores(
            scores, Decoding(gate="none"), source=f"{clip.id}.mp4", duration_s=grid.end_s
        )
        (out / f"{clip.id}.timeline.json").write_text(timeline.to_json(), encoding="utf-8")
    return out


@pytest.mark.parametrize(
    ("write", "key"),
    [
        (write_lfav, "snippet_map/audio"),
        (write_unav, "map/mean"),
        (write_vggsounder, "a only/hit@1"),
    ],
)
def test_scores_travel_from_timelines(tmp_path: Path, capsys, write, key) -> None:
    dataset = open_dataset(write(tmp_path))
    made = written(dataset, "test", tmp_path / "made")
    assert main(["evaluate", str(tmp_path), "--predictions", str(made), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["official"]["benchmark"] == dataset.name
    assert result["official"]["figures"][key] == pytest.approx(1.0, abs=1e-6)
    joint, exact = write is write_unav, write is write_vggsounder
    assert result["segment/audio_visual"] == (None if exact else 1.0)
    assert result["segment/audio"] == (None if joint or exact else 1.0)
    assert main(["evaluate", str(tmp_path), "--predictions", str(made), "--per-class"]) == 0
    assert "own evaluation" in " ".join(capsys.readouterr().out.split())


def test_a_table_of_events_has_no_scores(tmp_path: Path, capsys) -> None:
    write_lfav(tmp_path)
    rows = "filename\ttrack\tonset\toffset\tevent_label\ntttttttttt1\taudio\t3\t6\tspeech\n"
    (tmp_path / "pred.tsv").write_text(rows + "tttttttttt2\t\t\t\t\n", encoding="utf-8")
    options = ["--predictions", str(tmp_path / "pred.tsv")]
    assert main(["evaluate", str(tmp_path), *options]) == 0
    out = capsys.readouterr().out
    assert "snippet mAP needs probabilities" in " ".join(out.split())
    assert "truth inclusive" in " ".join(out.split())
