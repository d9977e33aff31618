"""How much memory a process may take that reads a stranger's file."""

import subprocess
import sys
from pathlib import Path

import pytest

from media_files import code, write
from seehear.media.memory import too_much_memory

READS = """
import sys
import av
from seehear.media import iter_frames
from seehear.media.memory import limit_memory
limit_memory(int(sys.argv[2]))
frames = iter_frames(sys.argv[1], [0.05])
try:
    print(sum(1 for frame in frames))
except Exception as error:
    print(type(error).__name__)
print(frames.problems)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="kept on Linux alone")
def test_reading_ends_at_the_limit_in_one_line(tmp_path):
    path = write(tmp_path / "a.mkv", frames=[code(77, (3000, 2000))], times=[0.0])  # 24 MB decoded

    def told(limit):
        command = [sys.executable, "-c", READS, str(path), str(limit)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert told(500_000_000) == "1\n[]\n"
    said = told(12_000_000)
    assert said.startswith("MediaError\n['visual track: 2 packets (reading it takes more memory")
    assert "than there is for one file (" in said


def test_without_a_limit_the_line_names_none():
    assert "than there is" in too_much_memory()
