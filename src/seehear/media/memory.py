"""How much memory a process may take that reads a stranger's file.

A file of a few hundred kilobytes can ask for gigabytes: with hundreds of streams, or huge frames.
Linux holds a process to a limit of memory.  On other systems only the limits on streams, frames and
time protect us.
"""

import contextlib
import importlib
import re
from pathlib import Path

READING_BYTES = 2_000_000_000  # of a decoding process, beside its libraries; networks run elsewhere
# Python loads these at their first use while reading, which fails once there is no memory left
_LATE = ("PIL.Image", "av.subtitles.stream", "encodings.ascii")


def limit_memory(more_bytes: int) -> None:
    """Limit this process to so many bytes beyond what it holds now.

    A request for more is refused: Python raises MemoryError, FFmpeg reports it as an error.  Does
    nothing where the system does not tell how much the process holds.
    """
    for name in _LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    held = _held_bytes()
    if held is None:
        return
    import resource

    bound = held + more_bytes
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if hard != resource.RLIM_INFINITY:
        bound = min(bound, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


def too_much_memory() -> str:
    """Return the line that says that a file needs more memory than this process has."""
    text = "reading it takes more memory than there is"
    with contextlib.suppress(ImportError):
        import resource

        bound = resource.getrlimit(resource.RLIMIT_DATA)[0]
        if bound != resource.RLIM_INFINITY:
            return f"{text} for one file ({bound / 1e6:,.0f} MB)"
    return text


def _held_bytes() -> int | None:
    """Return the bytes of writable memory that this process holds; None: not known."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
