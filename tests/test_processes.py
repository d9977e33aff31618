"""Processes that we start end with us: no orphan goes on writing."""

import contextlib
import os
import signal
import subprocess
import sys
import time

_PARENT = """
import multiprocessing, time

def child(end):
    from seehear.processes import end_with_parent
    end_with_parent()
    end.send("begun")
    time.sleep(60)

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=child, args=(there,))
    process.start()
    here.recv()
    print(process.pid, flush=True)
    time.sleep(60)
"""

_COMMAND = """
import os, signal, sys, time
from seehear.cli import main, recipes

def run(args):
    os.kill(os.getpid(), number)
    time.sleep(30)
    return 0

number = getattr(signal, sys.argv[1])
default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
signal.signal(number, default)  # whatever this test was started by ignores
recipes.run = run
sys.argv[1:] = ["recipes", "ls"]
main.entry()
"""


def test_a_child_ends_with_a_parent_that_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(_PARENT)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    try:
        assert _ends_within(child, seconds=20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _ends_within(process: int, *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_kill_and_a_closed_terminal_stop_a_command_as_ctrl_c_does():
    names = ("SIGTERM", "SIGHUP", "SIGINT")
    commands = [
        subprocess.Popen([sys.executable, "-c", _COMMAND, name], stderr=subprocess.PIPE, text=True)
        for name in names
    ]
    for name, command in zip(names, commands, strict=True):
        _, told = command.communicate()
        assert command.returncode == 128 + getattr(signal, name)
        assert told == (
            "seehear: interrupted; what was finished is kept, run the same command again to go on\n"
        )
