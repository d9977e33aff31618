"""Run by test_ray in a process of its own: a cluster of two worker nodes on this machine, one
killed during the work.

Prints one JSON line: what happened.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import fake_encoders as fake


class Watched(fake.Eye):
    """An encoder that leaves a word on which node it ran and when."""

    def __init__(self):
        super().__init__(fake.Card("watched", "visual", {"feature": 3, "space": 1}), slow_s=0.3)

    def encode(self, frames):
        import ray

        node = ray.get_runtime_context().get_node_id()
        with (Path(os.environ["SEEHEAR_TEST_WATCH"]) / f"{node}-{os.getpid()}").open("a") as file:
            file.write(f"{time.time()}\n")
        return super().encode(frames)


def load(name):
    """Return a fake encoder by identifier."""
    return Watched() if name == "watched" else fake.load(name)


def workers(ray):
    """Return how many nodes that can work are alive."""
    return sum(node["Alive"] and node["Resources"].get("CPU", 0) > 0 for node in ray.nodes())


def main(data, out, kill):
    import ray
    from ray.cluster_utils import Cluster

    from seehear.extraction.extract import ExtractOptions, extract

    began = time.monotonic()
    watch = Path(os.environ["SEEHEAR_TEST_WATCH"])
    quick = {
        "health_check_initial_delay_ms": 0,
        "health_check_period_ms": 1000,
        "health_check_timeout_ms": 5000,
        "health_check_failure_threshold": 3,
    }  # a dead node is noticed in seconds, a busy one is not taken for dead
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "include_dashboard": False, "_system_config": quick},
    )
    nodes = [cluster.add_node(num_cpus=2) for _ in range(2)]
    ray.init(address=cluster.address, log_to_driver=False)
    happened = {"workers": workers(ray), "started_s": time.monotonic() - began}
    seen = []

    def kill_one():
        """Kill the node that encoded last, once some clips are done and others are not."""
        while len(seen) < 2:
            time.sleep(0.02)
        victim = max(watch.iterdir(), key=lambda file: file.stat().st_mtime).name.split("-")[0]
        node = next(n for n in nodes if n.node_id == victim)
        happened.update(done_before=len(seen), killed=victim, at=time.time())
        cluster.remove_node(node, allow_graceful=False)

    if kill:
        threading.Thread(target=kill_one, daemon=True).start()
    summary = extract(
        [data],
        out=out,
        visual=["watched"],
        audio=["ear"],
        options=ExtractOptions(jobs=2, engine="ray"),
        load=load,
        report=lambda finished: seen.append(finished.job.name),
    )
    happened.update(
        extracted_s=time.monotonic() - began, states=summary.states, seen=seen, alive=workers(ray)
    )
    ray.shutdown()
    cluster.shutdown()
    print(json.dumps(happened))


if __name__ == "__main__":
    import ray_cluster_run  # so that workers find the functions under a name they can import

    ray_cluster_run.main(sys.argv[1], sys.argv[2], sys.argv[3] == "kill")
