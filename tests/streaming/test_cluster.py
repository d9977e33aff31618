"""What a cluster's actors are given, and what they answer; a real cluster is in
`parser/test_cluster.py`.
"""

import pickle
from types import SimpleNamespace

import fake_encoders as fake
from seehear.errors import WeightsError
from seehear.streaming.cluster import ClusterOptions, _Actor, _pool, run_on_cluster
from seehear.streaming.messages import ClipJob
from seehear.streaming.worker import Front

FRONT = Front(("eye",), ("ear",), "grid", 1.0, fake.load)


def no_weights():
    raise WeightsError("weights are missing")


def test_nothing_to_do_needs_no_cluster():
    assert list(run_on_cluster([], FRONT, no_weights, ClusterOptions())) == []


def test_work_that_cannot_be_begun_is_an_answer():
    actor = _Actor(FRONT, no_weights, 60.0, False)
    batch = {"number": [3], "job": [pickle.dumps((ClipJob("a", "a", None), None))]}
    answer = actor(batch)
    assert answer["number"] == [3]
    (error,) = map(pickle.loads, answer["result"])
    assert isinstance(error, WeightsError)


def test_actors_share_gpus_where_there_are_some():
    def ray(**resources):
        return SimpleNamespace(
            cluster_resources=lambda: resources, nodes=lambda: [{"Alive": True}, {"Alive": False}]
        )

    pool = _pool(ray(CPU=8.0), 0)
    assert (pool.actors, pool.place, pool.apart) == (8, {"num_cpus": 1}, False)
    assert _pool(ray(CPU=8.0), 3).actors == 3
    pool = _pool(ray(CPU=8.0, GPU=2.0), 0)
    assert (pool.actors, pool.place, pool.apart) == (8, {"num_gpus": 0.25, "num_cpus": 0}, True)
    assert pool.told == "1 node, 8 processors, 2 GPUs"
