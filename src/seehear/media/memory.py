"""How much memory a process may take that reads a stranger's file.

A few hundred kilobytes can ask for gigabytes: hundreds of streams, frames of absurd size.  Linux
holds a process to a limit; elsewhere the limits of streams, frames and time stand alone.
"""

import contextlib
import importlib
import re
from pathlib import Path

READING_BYTES = 2_000_000_000  # of a decoding process, beside its libraries; networks run elsewhere
# Python loads these at their first use in reading; once memory is out they would be missing
_LATE = ("PIL.Image", "av.subtitles.stream", "encodings.ascii")


def limit_memory(more_bytes: int) -> None:
    """Limit this process to so many bytes beyond what it holds now.

    What it asks for beyond is refused: Python raises MemoryError, FFmpeg says that it has none.
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
    """Return the line for a file that this process has no memory for."""
    text = "reading it takes more memory than there is"
    with contextlib.suppress(ImportError):
        import resource

        bound = resource.getrlimit(resource.RLIMIT_DATA)[0]
        if bound != resource.RLIM_INFINITY:
            return f"{text} for one file ({bound / 1e6:,.0f} MB)"
    return text


def _held_bytes() -> int | None:
    """Return how much memory this process holds that it can write to; None: it is not told."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"^VmData:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
