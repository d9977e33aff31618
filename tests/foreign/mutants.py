"""Damage for files: bytes, and what the bytes mean (JSON, TOML, tables, arrays), from one seed."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

Damage = Callable[[bytes, random.Random], bytes]

DEEP = 3_000
# what may stand where a value is expected, as the text of a file has it
TOKENS = (
    "null", "true", "0", "-1", "1.5", "1e308", "1e999", "-1e999", "NaN", "Infinity", "-Infinity",
    "9" * 5_000, "-" + "9" * 5_000, "9" * 400, str(2**63), str(2**64), str(10**12), "4294967296",
    '""', '"x"', '"9"', '"nan"', '"../../x"', '"/etc/passwd"', '"a\\u0000b"', '"\\ud800"',
    '"' + "n" * 300 + '"', '"\\u2028"', "[]", "{}", "[[]]", "[null]", '[""]', "[1e999]",
    '{"a": null}', '{"": 0}', "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP,
)  # fmt: skip
_MARK = "\x01{}\x01"


def bytes_of(data: bytes, rng: random.Random) -> bytes:
    """Return the file with some bytes changed, taken out, put in, doubled or cut off."""
    size, out = len(data), bytearray(data)
    at = rng.randrange(size) if size else 0
    kind = rng.randrange(9)
    if kind == 0:
        return bytes(out[:at])
    if kind == 1:
        return b"" if rng.random() < 0.2 else bytes(size)
    if kind == 2:
        out[at : at + rng.randint(1, 64)] = b""
    elif kind == 3:
        out[at:at] = rng.choice([rng.randbytes(rng.randint(1, 16)), b"\xff\xfe", b"\x00", b"\xc3"])
    elif kind == 4:
        out[at:at] = out[at : at + rng.randint(1, 200)]
    elif kind == 5:
        out += rng.choice([b"\n", b"\x00" * 64, b"}", rng.randbytes(40)])
    else:
        for _ in range(rng.choice((1, 1, 2, 8))):
            if size:
                out[rng.randrange(size)] ^= 1 << rng.randrange(8)
    return bytes(out)


def json_of(data: bytes, rng: random.Random) -> bytes:
    """Return the JSON text with values replaced, keys taken away, doubled or renamed."""
    root = json.loads(data)
    tokens: list[str] = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        root = _changed(root, rng, tokens)
    return _text(root, tokens).encode("utf-8", "surrogatepass")


def lines_of(data: bytes, rng: random.Random) -> bytes:
    """Return JSON lines with one of them damaged, taken out or doubled."""
    lines = data.splitlines()
    at = rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(rng.randrange(len(lines) + 1), lines[at])
    else:
        lines[at] = json_of(lines[at], rng)
    return b"\n".join(lines) + b"\n"


def toml_of(data: bytes, rng: random.Random) -> bytes:
    """Return the TOML text with a value replaced, or a line taken out or doubled."""
    lines = data.decode().splitlines()
    at = rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[at])
    elif "=" in lines[at]:
        key = lines[at].split("=")[0]
        other = ("inf", "nan", "1979-05-27", "07:32:00", "0x" + "f" * 4_000, *TOKENS)
        lines[at] = f"{key} = {rng.choice(other)}"
    else:
        lines[at] = rng.choice(
            ("[grid]", "[[splits]]", "[a.b.c]", "[splits.train.clips]", "[", "=")
        )
    return ("\n".join(lines) + "\n").encode()


def table_of(data: bytes, rng: random.Random) -> bytes:
    """Return the table with a cell replaced, or tabs, quotes, lines put in or taken out."""
    lines = data.decode("utf-8").splitlines()
    at = rng.randrange(len(lines))
    cells = lines[at].split("\t")
    other = ("", " ", '"', '"a\tb"', "nan", "inf", "-1", "1e999", "9" * 5_000, "1,5", "\x00", "=1",
             "\u2028", "../../x", "/x", "x" * 70_000, "Dog,,Cat", ",", "\u0664", "a_9999999999_1e9",
             "a_0_99999999999999")  # fmt: skip
    kind = rng.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[at])
    elif kind == 2:
        lines[at] = lines[at].replace("\t", rng.choice((",", "", " ", "\t\t", "\r", ";")))
    else:
        cells[rng.randrange(len(cells))] = rng.choice(other)
        lines[at] = "\t".join(cells)
    return ("\n".join(lines) + "\n").encode()


def npy_of(data: bytes, rng: random.Random) -> bytes:
    """Return the array file with another shape, type, order, header or length."""
    start = 10 + int.from_bytes(data[8:10], "little")
    header, body = data[10:start].decode("latin-1"), data[start:]
    shapes = ("(999999999999, 99999)", "(-1, 4)", "()", "(0,)", "(3", "(1.5, 2)", "((1, 2),)",
              "(9223372036854775807, 9223372036854775807)", "('a',)", "None", "(" * 2_000,
              "(" + "9" * 5_000 + ",)", "(True, 4)", "(4294967296, 4294967296)")  # fmt: skip
    types = ("'|O'", "'O'", "'<U4294967295'", "'<f16'", "'|V0'", "'|S0'", "'>f4'", "'<i8'", "None",
             "[('a', '<f4')]", "'<M8[ns]'", "'x'", "1", "[('a', '|O')]", "'|b1'", "'<c8'",
             "[('a', '<f4', (999999999,))]")  # fmt: skip
    kind = rng.randrange(6)
    if kind in (0, 1):
        header = re.sub(r"'shape': \([^)]*\)", lambda _: f"'shape': {rng.choice(shapes)}", header)
    elif kind in (2, 3):
        header = re.sub(r"'descr': '[^']*'", lambda _: f"'descr': {rng.choice(types)}", header)
    elif kind == 4:
        header = rng.choice((
            header.replace("False", "True"), header.replace("False", "2"), "{}", "[" * 3_000,
            header + "{}", "1", "{'a': 1}", "__import__('os')", header.replace("'", ""), "'", "("
        ))  # fmt: skip
    else:
        body = rng.choice((body[: len(body) // 2], b"", body + b"\0" * 64))
    encoded = header.encode("latin-1")
    length = rng.choice((0, 65_535)) if rng.random() < 0.05 else len(encoded)
    magic = data[:6] + rng.choice((b"\x01\x00",) * 8 + (b"\x02\x00", b"\x09\x00"))
    return magic + min(length, 65_535).to_bytes(2, "little") + encoded + body


def npz_of(data: bytes, rng: random.Random) -> bytes:
    """Return the archive with one of its arrays damaged, taken out, renamed or doubled."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    at = rng.randrange(len(members))
    name, content = members[at]
    kind = rng.randrange(6)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members[at] = (rng.choice(("x.npy", "../x.npy", name[:-4], "x", "a/b.npy")), content)
    elif kind == 2:
        members[at] = (name, rng.choice((b"", b"x", b"PK\x03\x04", b"\x80\x04K\x01.")))
    else:
        members[at] = (name, npy_of(content, rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((0, 8))) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def safetensors_of(data: bytes, rng: random.Random) -> bytes:
    """Return the file with its header, or what it says of itself, damaged."""
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    about = header.get("__metadata__", {}).get("seehear")
    if about is not None and rng.random() < 0.8:
        header["__metadata__"]["seehear"] = json_of(about.encode(), rng).decode(errors="replace")
        text = json.dumps(header).encode()
    else:
        text = json_of(json.dumps(header).encode(), rng)
    return len(text).to_bytes(8, "little") + text + body


def _changed(root: Any, rng: random.Random, tokens: list[str]) -> Any:
    """Return a JSON value with one change somewhere in it."""
    owner, key = _somewhere(root, rng)
    if owner is None:
        return _token(rng, tokens)
    kind = rng.randrange(8)
    if kind == 0:
        del owner[key]
    elif kind == 1 and isinstance(owner, dict):
        owner[_token(rng, tokens) if rng.random() < 0.1 else f"{key}x"] = owner.pop(key)
    elif kind == 1:
        owner.append(owner[key])
    elif kind == 2 and isinstance(owner, dict):
        other = rng.choice(list(owner))
        owner[key], owner[other] = owner[other], owner[key]
    elif kind == 3 and isinstance(owner, dict):
        tokens.append(f"{json.dumps(key)}: {rng.choice(TOKENS)}")
        owner[_MARK.format(f"pair{len(tokens) - 1}")] = 0
    else:
        owner[key] = _token(rng, tokens)
    return root


def _token(rng: random.Random, tokens: list[str]) -> str:
    tokens.append(rng.choice(TOKENS))
    return _MARK.format(f"value{len(tokens) - 1}")


def _somewhere(root: Any, rng: random.Random) -> tuple[Any, Any]:
    """Return a list or object of a JSON value and a key of it; None: the root itself."""
    owner, key, value = None, None, root
    while isinstance(value, dict | list) and value and rng.random() < 0.85:
        owner = value
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        value = owner[key]
    return owner, key


def _text(root: Any, tokens: list[str]) -> str:
    """Return the text of a JSON value, the marks in it replaced by what they stand for."""
    text = json.dumps(root, ensure_ascii=True)
    for index, token in enumerate(tokens):
        text = text.replace(f'"\\u0001value{index}\\u0001"', token)
        text = text.replace(f'"\\u0001pair{index}\\u0001": 0', token)
    return text
