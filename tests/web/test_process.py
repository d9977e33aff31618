"""Limits of a process that opens a stranger's file."""

import subprocess
import sys

import pytest

pytest.importorskip("resource")

WRITES = """
import sys
from seehear.web.process import limit_resources
limit_resources(cpu_s=60, file_bytes=1000)
import resource
assert resource.getrlimit(resource.RLIMIT_CPU)[0] <= 61
assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
with open(sys.argv[1], "wb") as file:
    file.write(b"x" * 1000)
    file.flush()
    file.write(b"x")
    file.flush()
"""


def test_no_file_grows_beyond_the_limit(tmp_path) -> None:
    command = [sys.executable, "-c", WRITES, str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "AssertionError" not in done.stderr
    assert (tmp_path / "file").stat().st_size == 1000
