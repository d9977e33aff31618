"""The whole demo in small: real encoders, real recipes, few clips; and going on where it
stopped.
"""

import json
import re

import pytest

from seehear.cli.main import main
from seehear.demo.run import STEPS, Options, run_demo
from seehear.demo.world import unseen
from seehear.metrics import FIGURE_KEYS
from seehear.time import Timeline
from small_world import TINY

SMALL = {"seed": 1, "splits": {"train": 3, "val": 1, "test": 1}, "settings": TINY}


@pytest.mark.weights
@pytest.mark.slow
def test_every_step_runs_and_a_second_call_does_none_of_them_again(tmp_path):
    said = []
    first = run_demo(tmp_path / "demo", Options(**SMALL, say=said.append))
    assert [line.split()[1].rstrip(":") for line in said if line.startswith("[")] == list(STEPS)
    assert list(first.figures) == ["han", "lsld", "han apart", "lsld apart"]
    attention = {  # labels by attention, each pair of either kind equal in the other
        name: json.loads((tmp_path / "demo/runs" / name.replace(" ", "-") / "run.json").read_text())
        for name in first.figures
    }
    assert [
        (about["recipe"]["name"], about["recipe"]["network"]["forward"]["cross_attention"])
        for about in attention.values()
    ] == [("han", 1), ("lsld", 1), ("han", 0), ("lsld", 0)]
    assert all(set(of) == set(FIGURE_KEYS) for of in first.figures.values())
    assert list(first.quality) == ["weak", "denoised", "re-weighted"]
    parsed = Timeline.from_json(tmp_path / "demo" / "unseen.timeline.json")
    assert parsed.to_dict() == first.timeline.to_dict()
    assert parsed.source == "unseen.mp4"
    assert parsed.grid.count == 10
    page = first.report.read_text()
    clips = json.loads(page.split('id="clips">')[1].split("</script>")[0])
    assert [lane["name"] for lane in clips[0]["lanes"]] == ["lsld apart", "truth", "han apart"]
    assert "Compare han with lsld" in page
    compared = re.findall(r"<b>lsld apart</b> against ([a-z ]+), Type", page)
    assert sorted(compared) == ["han apart", "lsld"]  # never the mixed pair
    truth = Timeline.from_dict(clips[0]["lanes"][1]["timeline"])
    assert [(e.start_s, e.end_s, e.label) for e in truth.on("audio")] == [
        tuple(e) for e in sorted(unseen().audio)
    ]
    assert {clip["media"][:14] for clip in clips} == {"data:video/mp4"}

    kept = {
        path: path.stat().st_mtime_ns
        for path in (tmp_path / "demo").rglob("*")
        if path.suffix in (".mp4", ".safetensors") or path.parent.name in ("conse", "yamnet")
    }
    second = run_demo(tmp_path / "demo", Options(**SMALL, say=said.append))
    assert sum("already trained" in line for line in said) == 4
    assert second.figures == first.figures
    assert second.report.read_text() == page
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seed", "-1"], "--seed must not be negative"),
        (["--jobs", "0"], "--jobs must be positive"),
    ],
)
def test_impossible_options_are_one_line(tmp_path, capsys, options, message):
    assert main(["demo", "--out", str(tmp_path), *options]) == 2
    assert message in capsys.readouterr().err


def test_missing_weights_are_told_before_anything_is_rendered(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "empty"))
    assert main(["demo", "--out", str(tmp_path / "demo")]) == 2
    assert "seehear models fetch --preset offline" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()
