"""Parsing on a real cluster of two worker nodes, and from and to an S3-like server.

`make cluster-check` runs these; they take minutes.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import fake_encoders as fake

pytest.importorskip("ray")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("SEEHEAR_CLUSTER"), reason="takes minutes: make cluster-check"
    ),
]
HERE = Path(__file__).parent
SECRET = "dontwritethisdown"


@pytest.fixture
def run(tmp_path):
    """Return what starts `cluster_run.py` in a process of its own."""
    (tmp_path / "watch").mkdir()
    below = [str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, below)),
        "SEEHEAR_TEST_WATCH": str(tmp_path / "watch"),
        "SEEHEAR_CACHE": str(tmp_path / "cache"),
        "RAY_raylet_start_wait_time_s": "300",  # a busy machine is no dead one
        "RAY_agent_register_timeout_ms": "300000",
    }
    env.pop("RAY_ADDRESS", None)
    started = []

    def start(*args, **more):
        told = tmp_path / f"told-{len(started)}"
        with told.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, HERE / "cluster_run.py", *map(str, args)],
                env={**env, **more},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        process.told = told
        started.append(process)
        return process

    yield start
    for process in started:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        process.stdout.close()


def films(folder, count):
    for number in range(count):
        fake.make_clip(folder / f"c{number:02d}.mkv", 2, loudness=[1, 0.01 * number])
    return folder


def done(library):
    return {path.name.removesuffix(".timeline.json") for path in library.rglob("*.timeline.json")}


def until(wanted, process):
    """Wait until something is so while a process runs."""
    end = time.monotonic() + 600
    while not wanted():
        assert process.poll() is None, process.told.read_text()[-3000:]
        assert time.monotonic() < end, process.told.read_text()[-3000:]
        time.sleep(0.05)


def begun(tmp_path):
    """Return (time, clip, node) of every clip begun, the first first."""
    found = []
    for file in (tmp_path / "watch").iterdir():
        for line in file.read_text().splitlines():
            at, name = line.split()
            found.append((float(at), name.removesuffix(".mkv"), file.name.split("-")[0]))
    return sorted(found)


def whole(library, suffixes=(".timeline.json", ".features.npz")):
    """Return the files of a library that parsing writes."""
    return {
        path.relative_to(library).as_posix(): path.read_bytes()
        for path in library.rglob("*")
        if path.name.endswith(suffixes)
    }


def finish(process):
    out, _ = process.communicate(timeout=900)
    assert process.returncode == 0, process.told.read_text()[-3000:]
    return out


def test_a_node_the_driver_and_the_cluster_die_and_each_clip_is_done_once(run, tmp_path):
    media, out = films(tmp_path / "films", 16), tmp_path / "out"
    how = (media, "--out", out, "--keep", "features", "--engine", "ray", "--jobs", "3")
    nodes = run("nodes", 0)
    where = json.loads(nodes.stdout.readline())["address"]

    one = run("parse", *how, RAY_ADDRESS=where)
    until(lambda: len(done(out)) >= 3, one)
    _, _, victim = begun(tmp_path)[-1]
    before_node = done(out)
    nodes.stdin.write(f"kill {victim}\n")
    nodes.stdin.flush()
    assert nodes.stdout.readline() == "killed\n"
    node_died = time.time()
    until(lambda: len(done(out)) >= 7, one)
    one.send_signal(signal.SIGKILL)
    one.wait()
    driver_died, before_driver = time.time(), done(out)
    assert len(before_driver) < 16

    two = run("parse", *how, RAY_ADDRESS=where)
    until(lambda: len(done(out)) >= len(before_driver) + 2, two)
    nodes.send_signal(signal.SIGKILL)
    two.send_signal(signal.SIGKILL)
    two.wait()
    cluster_died, before_cluster = time.time(), done(out)
    assert len(before_cluster) < 16

    where = json.loads(run("nodes", 0).stdout.readline())["address"]
    finish(run("parse", *how, RAY_ADDRESS=where))
    found = begun(tmp_path)
    for at, before in (
        (node_died, before_node),
        (driver_died, before_driver),
        (cluster_died, before_cluster),
    ):
        again = {name for when, name, _ in found if when > at} & before
        assert not again, f"done again after {at}: {again}"
    assert {node for when, _, node in found if node_died < when < driver_died} != {victim}
    print(f"{len(found)} clips begun for 16, {len(found) - 16} in work at one of three deaths")

    finish(run("parse", media, "--out", tmp_path / "local", "--keep", "features"))
    assert whole(out) == whole(tmp_path / "local")
    assert len(whole(out)) == 32


def test_where_there_are_gpus_actors_share_them_and_tasks_decode(run, tmp_path):
    media = films(tmp_path / "films", 5)
    nodes = run("nodes", 1)  # Ray counts them; nothing asks for a real one
    where = json.loads(nodes.stdout.readline())["address"]
    ray = run("parse", media, "--out", tmp_path / "out", "--engine", "ray", RAY_ADDRESS=where)
    finish(ray)
    assert "2 GPUs" in ray.told.read_text()
    finish(run("parse", media, "--out", tmp_path / "local"))
    assert whole(tmp_path / "out") == whole(tmp_path / "local")


class Wire:
    """A line to a server that can be cut and mended."""

    def __init__(self, server):
        self.server = server
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.ends = []
        self.mend(self.listening)

    def mend(self, listening=None):
        self.listening = listening or socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listening,), daemon=True).start()

    def accept(self, listening):
        with contextlib.suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = socket.create_connection(("127.0.0.1", self.server))
                self.ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    def pass_on(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for end in self.ends:
            end.close()
        self.ends.clear()


@pytest.fixture
def storage(monkeypatch):
    """Give the wire to an S3-like server, and its file system."""
    pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < end:
        time.sleep(0.2)
    wire = Wire(port)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{wire.port}")
    yield wire, s3fs.S3FileSystem(endpoint_url=f"http://127.0.0.1:{port}")
    server.kill()
    server.wait()


@pytest.mark.filterwarnings("ignore")  # of the server's libraries
def test_an_s3_like_server_that_is_cut_off_half_way(storage, run, tmp_path):
    wire, system = storage
    media = films(tmp_path / "films", 10)
    for bucket in ("films", "archive"):
        system.mkdir(bucket)
    system.put(f"{media}/", "films/", recursive=True)

    def there(library):
        system.invalidate_cache()
        found = [path for path in system.find(library) if path.startswith(f"{library}/")]
        return {path.removeprefix(f"{library}/"): system.cat_file(path) for path in found}

    more = {key: value for key, value in os.environ.items() if key.startswith("AWS_")}
    more["RAY_ADDRESS"] = json.loads(run("nodes", 0, **more).stdout.readline())["address"]
    how = ("s3://films", "--out", "s3://archive/library", "--engine", "ray", "--jobs", "2")
    one = run("parse", *how, **more)
    until(lambda: len(there("archive/library")) >= 3, one)
    wire.cut()
    assert one.wait(900) == 1
    lines = [line for line in one.told.read_text().splitlines() if "cannot be reached" in line]
    assert len(lines) == 1, lines
    print(lines[0])
    assert "run the same command again to go on" in lines[0]
    half, at = there("archive/library"), time.time()
    before = {name.removesuffix(".timeline.json") for name in half if "timeline" in name}
    assert 3 <= len(before) < 10

    assert run("parse", *how, **more).wait(900) == 2  # still cut off: nothing could be done
    wire.mend()
    finish(run("parse", *how, **more))
    assert not {name.split("/")[-1] for when, name, _ in begun(tmp_path) if when > at} & before
    assert run("parse", media, "--out", tmp_path / "local").wait(900) == 0
    found = there("archive/library")
    local = whole(tmp_path / "local")
    assert {name: data for name, data in found.items() if name in local} == local

    asked = subprocess.run(
        [sys.executable, "-m", "seehear.cli.main", "search", "s3://archive/library", "audio:Loud"],
        env={**os.environ, "SEEHEAR_CACHE": str(tmp_path / "elsewhere")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "in 10 of 10 clips" in asked.stdout
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert not any(SECRET.encode() in data for data in found.values())
