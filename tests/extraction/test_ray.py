"""The Ray engine on a real cluster of two worker nodes: the same bytes as on one machine, also when
a node is lost.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fake_encoders as fake
import ray_cluster_run
from seehear.extraction.extract import extract

pytest.importorskip("ray")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("SEEHEAR_CLUSTER"), reason="takes most of a minute: make cluster-check"
    ),
]
HERE = Path(__file__).parent


def test_a_lost_node_costs_time_but_no_clip_and_no_bit(tmp_path):
    data = fake.make_dataset(tmp_path / "data", [10, 10, 4, None, 10, 10, 12, 10])
    (data / "videos" / "c4.mp4").write_text("not a video")
    with (data / "dataset.toml").open("a", encoding="utf-8") as table:
        table.write("\n[grid]\ncount = 10\n")  # else the longest clip would set it
    watch = tmp_path / "watch"
    watch.mkdir()
    paths = [str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "SEEHEAR_TEST_WATCH": str(watch),
    }
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, HERE / "ray_cluster_run.py", data, tmp_path / "ray", "kill"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    happened = json.loads(done.stdout.splitlines()[-1])
    print(f"cluster run: {time.monotonic() - began:.1f} s, {happened}")
    assert (happened["workers"], happened["alive"]) == (2, 1)
    assert 2 <= happened["done_before"] < 8  # the node was lost in the middle of the work
    later = [f for f in watch.iterdir() if not f.name.startswith(happened["killed"])]
    assert any(
        float(t) > happened["at"] for f in later for t in f.read_text().split()
    )  # the other one went on
    assert sorted(happened["seen"]) == [f"c{i}_0_10" for i in range(8)]  # each clip once
    assert happened["states"] == {"ok": 5, "degraded": 1, "failed": 2}

    extract([data], out=tmp_path / "local", visual=["watched"], audio=["ear"], load=load_plain)
    files = {
        p.relative_to(tmp_path / "local") for p in (tmp_path / "local").rglob("*") if p.is_file()
    }
    assert files == {
        p.relative_to(tmp_path / "ray") for p in (tmp_path / "ray").rglob("*") if p.is_file()
    }
    for name in files:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "local" / name).read_bytes(), (
            name
        )


def load_plain(name):
    """Return the encoders of ray_cluster_run without its look at the cluster."""
    return fake.Eye(ray_cluster_run.Watched().card) if name == "watched" else fake.load(name)
