"""One self-contained HTML page: styles, scripts and data inside, nothing from the network.

Its content security policy names the hashes of its own script and style, so no other script can
run.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from seehear.files import Json

_STATIC = files("seehear.export").joinpath("static")


def document(
    title: str,
    body: str,
    *,
    data: Mapping[str, Json] | None = None,
    styles: Sequence[str] = ("theme.css", "lanes.css"),
    scripts: Sequence[str] = ("lanes.js",),
) -> str:
    """Return a whole page.

    Args:
        title: plain text.
        body: HTML that is already escaped.
        data: element id -> JSON value; a script reads it with
            `JSON.parse(document.getElementById(id).textContent)`.
        styles: files of `export/static`, in order.
        scripts: files of `export/static`, in order.
    """
    style = "\n".join(asset(name) for name in styles)
    script = "\n".join(asset(name) for name in scripts)
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src"
        " 'self' file: data:; media-src 'self' file: data:; base-uri 'none'; form-action 'none'"
    )
    values = "\n".join(
        f'<script type="application/json" id="{escape(key)}">{script_json(value)}</script>'
        for key, value in (data or {}).items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
{values}
<script>{script}</script>
</body>
</html>
"""


def asset(name: str) -> str:
    """Return the text of a file of `export/static`."""
    return _STATIC.joinpath(name).read_text("utf-8")


def script_json(value: Json) -> str:
    """Return JSON for a script element, with tags, comments and line separators escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _digest(text: str) -> str:
    # browsers turn every line end into LF before they hash; our files use LF throughout
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
