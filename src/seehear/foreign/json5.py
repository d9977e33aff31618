"""JSON5 of others: JSON as JavaScript writes it by hand, made strict and read with its limits.

Comments and trailing commas go, names and texts in single quotes become texts.
"""

import json
import re

from seehear.files import Json
from seehear.foreign.texts import json_value

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/"""  # what says nothing
    r"""|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)(?=\s*:)|(?P<word>(?:true|false|null)\b)|(?P<sign>[][{}:,])""",
    re.DOTALL,
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)


def json5_value(content: str) -> Json:
    """Return the value of JSON5 text within all limits of JSON.

    Examples:
        >>> json5_value("{a: 'it\\\\'s', b: [.5, +1,], /* none */}")
        {'a': "it's", 'b': [0.5, 1]}

    Raises:
        ValueError: it is not JSON5, or beyond a limit.
    """
    strict: list[str] = []
    place = 0
    while place < len(content):
        found = _TOKEN.match(content, place)
        if found is None:
            line = content.count("\n", 0, place) + 1
            raise ValueError(f"line {line}: unexpected {content[place]!r}")
        place = found.end()
        if found.lastgroup is not None:
            _put(strict, found.lastgroup, found[0])
    return json_value("".join(strict))


def _put(strict: list[str], kind: str, token: str) -> None:
    if kind == "text":
        token = json.dumps(_ESCAPE.sub(_sign, token[1:-1]))
    elif kind == "number":
        token = _number(token)
    elif kind == "name":
        token = json.dumps(token)
    elif token in "]}" and strict[-1:] == [","] and strict[-2:-1] not in (["["], ["{"], [","]):
        strict.pop()
    strict.append(token)


def _sign(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _PLAIN.get(found[3], found[3])


def _number(token: str) -> str:
    token = token.lstrip("+")
    if "x" in token.lower():
        return str(int(token, 16))
    whole, point, rest = token.partition(".")
    if not point:
        return token
    if not rest or not rest[0].isdigit():
        rest = "0" + rest
    return f"{whole}0.{rest}" if whole in ("", "-") else f"{whole}.{rest}"
