"""The colours of `static/theme.css`, for pictures, so that colours are defined in one place."""

import re

from seehear.export.page import asset

_NAMED = re.compile(r"--([\w-]+): (#[0-9a-f]{6})\b")


def palettes() -> tuple[dict[str, str], dict[str, str]]:
    """Return the colours of light pages and of dark ones: name -> `#rrggbb`."""
    light, _, dark = asset("theme.css").partition("prefers-color-scheme: dark")
    return dict(_NAMED.findall(light)), dict(_NAMED.findall(dark))


_LIGHT = palettes()[0]
HEARD, SEEN, BOTH = (_LIGHT[name] for name in ("heard", "seen", "both"))
GREY = _LIGHT["muted"]
SERIES = tuple(_LIGHT[name] for name in sorted(_LIGHT) if name.startswith("series-"))
