"""Another process that owns a folder, as a second command would."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_OWN = """
import sys, time
from seehear.lock import owned
with owned(sys.argv[1]):
    print("owned", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def elsewhere(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Let a process own `folder` while the block runs."""
    with subprocess.Popen(
        [sys.executable, "-c", _OWN, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "owned\n"
            yield process
        finally:
            process.kill()
