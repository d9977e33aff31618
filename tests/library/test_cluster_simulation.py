"""The simulated cluster: each clip counts once, whatever dies; where nothing does, it is sums."""

from pathlib import Path

import pytest

pytest.importorskip("simpy", reason="simpy, of the extra test, is not installed")


@pytest.fixture
def simulation(monkeypatch: pytest.MonkeyPatch):
    folder = Path(__file__).resolve().parents[2] / "benchmarks"
    monkeypatch.syspath_prepend(str(folder))
    import cluster_simulation

    return cluster_simulation


def smooth(simulation, **more):
    """A cluster in which nothing goes wrong."""
    values = {"spread": 0.0, "slow_share": 0.0, "life_s": 0.0, "part_s": 0.0, "clip_s": 1.0}
    return simulation.Cluster(**{"workers": 10, "clips": 10_000, **values, **more})


def test_where_nothing_goes_wrong_it_is_arithmetic(simulation) -> None:
    assert simulation.simulated(smooth(simulation)).hours == pytest.approx(1000 / 3600)
    one_writer = simulation.simulated(smooth(simulation, writer=5.0))
    assert one_writer.hours == pytest.approx((100 + 10_000 / 5) / 3600)  # nobody waits to begin
    arriving = simulation.simulated(smooth(simulation, arrive=2.0))
    assert arriving.hours == pytest.approx((10_000 / 2 + 100) / 3600)


@pytest.mark.parametrize("again", [False, True])
def test_each_clip_is_counted_once_whatever_dies(simulation, again: bool) -> None:
    cluster = simulation.Cluster(20, 20_000, life_s=1500.0, again=again, writer=0.0)
    outcome = simulation.simulated(cluster, seed=1)
    assert (outcome.done == 1).all()
    assert outcome.deaths > 5
    assert outcome.lost_s > 0
    again = simulation.simulated(cluster, seed=1)
    assert again.hours == outcome.hours


def test_doing_the_last_tasks_twice_beats_stragglers(simulation) -> None:
    cluster = smooth(simulation, workers=50, clips=10_000, slow_share=0.02, slow_times=50.0)
    slow = simulation.simulated(simulation.replace(cluster, again=False), seed=3)
    quick = simulation.simulated(cluster, seed=3)
    assert quick.hours < slow.hours / 5
