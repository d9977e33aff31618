"""Run by test_cluster in processes of their own.

    cluster_run.py nodes GPUS    a cluster of two worker nodes on this machine: prints where it is,
                                 then takes lines such as `kill NODE` until its input ends
    cluster_run.py parse ...     `seehear parse ...` with a parser of fake encoders

A parser leaves a word on each clip that it begins: where, when, which.
"""

import inspect
import json
import os
import socket
import sys
import time
from pathlib import Path

import fake_encoders as fake
from fake_scorer import parser, scorer
from seehear.parser import Parser

SLOW_S = 0.5


class Watched(Parser):
    """A parser that leaves word of what it begins."""

    def begin(self, path):
        import ray

        node = ray.get_runtime_context().get_node_id()
        folder = Path(os.environ["SEEHEAR_TEST_WATCH"])
        with (folder / f"{node}-{os.getpid()}").open("a") as file:
            file.write(f"{time.time()} {Path(path).name}\n")
        return super().begin(path)


def load(name):
    """Return a fake encoder as the fake parser has it."""
    encoder = fake.load(name)
    if name == "eye":
        encoder.fps = 2
    return encoder


def make_watched():
    """Return the parser of an actor; it takes its time."""
    made = scorer()
    made.visual["eye"].slow_s = SLOW_S
    return Watched(made, {"preset": "fake"})


def parse(argv):
    """Run the command."""
    from seehear.cli import parse as cli_parse
    from seehear.cli.main import main
    from seehear.parser import cluster, many

    cli_parse._parser = lambda args: parser()
    cluster.ParserMaker = lambda options, audio_stream, still: make_watched
    cluster.SameEncoders = many.SameEncoders = lambda visual: load
    return main(["parse", *argv])


def patiently():
    """Have nodes start on a busy machine, too: a node waits 15 s, and no longer, for its helper to
    say on which ports it tells figures, which nobody asks for here.
    """
    from ray import _raylet
    from ray._private import services

    start = services.start_raylet
    names = [f"{name}_PORT_NAME" for name in ("METRICS_AGENT", "METRICS_EXPORT")]

    def start_raylet(*args, **kwargs):
        given = inspect.signature(start).bind(*args, **kwargs).arguments
        for name in (*names, "DASHBOARD_AGENT_LISTEN_PORT_NAME"):
            _raylet.persist_port(given["session_dir"], given["node_id"], getattr(_raylet, name), -1)
        return start(*args, **kwargs)

    services.start_raylet = start_raylet


def port():
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def nodes(gpus):
    """Keep a cluster of two nodes, and kill those that are named."""
    from ray.cluster_utils import Cluster

    quick = {
        "health_check_initial_delay_ms": 0,
        "health_check_period_ms": 1000,
        "health_check_timeout_ms": 30000,
        "health_check_failure_threshold": 3,
    }  # a dead node is noticed in seconds, a busy one is not taken for dead
    head = {"num_cpus": 0, "include_dashboard": False, "_system_config": quick}
    patiently()
    head["runtime_env_agent_port"] = port()
    cluster = Cluster(initialize_head=True, head_node_args=head)
    found = [
        cluster.add_node(num_cpus=2, num_gpus=gpus, runtime_env_agent_port=port()) for _ in range(2)
    ]
    print(json.dumps({"address": cluster.address}), flush=True)
    for line in sys.stdin:
        _, node_id = line.split()
        node = next(node for node in found if node.node_id == node_id)
        cluster.remove_node(node, allow_graceful=False)
        print("killed", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    import cluster_run  # so that workers find the functions under a name they can import

    if sys.argv[1] == "nodes":
        cluster_run.nodes(int(sys.argv[2]))
    else:
        sys.exit(cluster_run.parse(sys.argv[2:]))
