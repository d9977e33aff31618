"""What a server may do, and for whom."""

import ipaddress
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Limits:
    """Of one upload, and of all.

    Args:
        bytes: of a file.
        duration_s: of a clip.
        pixels: of a frame.
        receive_s: seconds that sending the file may take.
        pace_s, pace_bytes: at least `pace_bytes` must come every `pace_s` seconds.
        parse_s: seconds that parsing may take.
        teach_s: seconds that teaching may take.
        memory_bytes: that parsing may take, networks included.
        receiving: uploads being received at a time; a further one takes the place of the slowest.
        waiting: uploads waiting or parsed at a time; further ones are refused.
    """

    bytes: int = 500_000_000
    duration_s: float = 600.0
    pixels: int = 3840 * 2160
    receive_s: float = 900.0
    pace_s: float = 10.0
    pace_bytes: int = 200_000
    parse_s: float = 900.0
    teach_s: float = 7200.0
    memory_bytes: int = 4_000_000_000
    receiving: int = 32
    waiting: int = 4


@dataclass(frozen=True)
class Settings:
    """One server.

    Args:
        library: folder of timelines.
        media: folders besides it where videos may lie.
        host, port: the address it binds to.
        token: what every request must carry; None only on a loopback address.
        names: host names by which browsers may call it, besides `localhost`.
        uploads: whether videos may be uploaded.
        limits: of uploads.
        parser: how uploads are parsed: `preset` or `model`, and `threshold`, `events` or
            `vocabulary`.
        keep: how features of uploads are kept for other words (`exact`, `half`); None: not.
        worker: the command that parses one upload (see `worker`).
        links: folders that symbolic links to videos may lead into.
        read_only: whether every request that may change something is refused.

    Raises:
        ValueError: no token, while other machines can reach the address.
    """

    library: Path
    media: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = None
    names: tuple[str, ...] = ()
    uploads: bool = True
    limits: Limits = field(default_factory=Limits)
    parser: Mapping[str, Any] = field(default_factory=lambda: {"preset": "offline"})
    keep: Literal["exact", "half"] | None = None
    worker: tuple[str, ...] = (sys.executable, "-m", "seehear.web.worker")
    links: tuple[Path, ...] = ()
    read_only: bool = False

    def __post_init__(self) -> None:
        if self.token is None and not is_loopback(self.host):
            raise ValueError(f"{self.host} is not a loopback address: a token is needed")

    def knows(self, host: str) -> bool:
        """Return whether a browser may call the server by `host` (without port).

        A page of another site can point a name of its own at our address (DNS rebinding), so names
        must be known.  It cannot do so with an address, so addresses are accepted; only loopback
        ones if the server listens for this machine alone.
        """
        try:
            address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        except ValueError:
            return host.lower() in ("localhost", *(name.lower() for name in self.names))
        return address.is_loopback or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Return whether `host` is an address of this machine that no other can reach."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
