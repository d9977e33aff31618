"""seehear: what is heard, what is seen, and when."""

from typing import TYPE_CHECKING

from seehear._version import __version__

if TYPE_CHECKING:
    from seehear.parser import Parser
    from seehear.time import Timeline

__all__ = ["Parser", "Timeline", "__version__"]


def __getattr__(name: str) -> object:  # keeps `import seehear` free of torch, PyAV and the rest
    if name == "Timeline":
        from seehear.time import Timeline

        return Timeline
    if name == "Parser":
        from seehear.parser import Parser

        return Parser
    raise AttributeError(f"module 'seehear' has no attribute {name!r}")
