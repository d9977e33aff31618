"""How much memory there is, and whether features fit into it."""

import os
from pathlib import Path

_SHARE = 0.5  # the share of memory that features may take
_LIMIT = Path("/sys/fs/cgroup/memory.max")  # of a container


def fits_in_memory(size: int) -> bool:
    """Return whether `size` bytes of features may be held; True if the memory is unknown."""
    there = memory_bytes()
    return there is None or size <= _SHARE * there


def memory_bytes() -> int | None:
    """Return the bytes of memory of this machine, or of its container; None: unknown."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return None
    try:
        limit = _LIMIT.read_text().strip()
    except OSError:
        return found
    return min(found, int(limit)) if limit.isdigit() else found
