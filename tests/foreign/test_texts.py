"""JSON, JSON lines and TOML of others: what is read, what is refused, in which words."""

import pytest

from seehear.errors import DataError, WeightsError
from seehear.foreign.forms import anything, record, whole
from seehear.foreign.texts import parse_json, read_json, read_json_lines, read_toml


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON: Expecting value"),
        (b'{"a": 1', "not JSON: Expecting"),
        (b"\xff\xfe", "not JSON: .*can't decode"),
        (b"9" * 5_000, "numbers of 64 bits, got one of 5,000 digits"),
        (b"[1e999]", "finite numbers, got inf"),
        (b"[NaN]", "finite numbers, got NaN"),
        (b'{"a": -Infinity}', "finite numbers, got -Infinity"),
        (b'{"a": 1, "a": 2}', "key 'a' appears twice"),
        (b"[" * 70 + b"]" * 70, "at most 64 nested values"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'["\\ud800"]', r"Unicode text"),
        (b'{"\\ud800": 1}', r"Unicode text"),
    ],
)
def test_json_beyond_the_limits_is_one_line(tmp_path, content, message) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"a\.json: .*{message}") as caught:
        read_json(path, anything)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_what_json_may_hold_comes_back_as_it_is() -> None:
    text = '\ufeff{"a": [1, -2.5, null, true, "ä\\u2028"], "b": {"c": 18446744073709551615}}'
    wanted = {"a": [1, -2.5, None, True, "ä\u2028"], "b": {"c": 2**64 - 1}}
    assert parse_json(text.encode(), anything, where="x") == wanted


def test_a_file_that_cannot_be_read_or_is_endless_is_one_line(tmp_path) -> None:
    with pytest.raises(WeightsError, match=r"none: cannot be read: No such file.*; do this"):
        read_json(tmp_path / "none", anything, kind=WeightsError, hint="do this")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_json(tmp_path, anything)
    with pytest.raises(DataError, match="cannot be read: embedded null byte"):
        read_json(tmp_path / "a\0b", anything)
    (tmp_path / "long").write_bytes(b" " * 101)
    with pytest.raises(DataError, match="expected at most 100 bytes, got a file of 101 bytes"):
        read_json(tmp_path / "long", anything, most_bytes=100)


def test_the_last_line_may_be_cut_off_and_no_other(tmp_path) -> None:
    path, form = tmp_path / "a.jsonl", record({"n": whole()})
    path.write_text('{"n": 1}\n{"n": 2}\n{"n": ')
    assert read_json_lines(path, form) == [{"n": 1}, {"n": 2}]
    path.write_text("")
    assert read_json_lines(path, form) == []
    path.write_text('{"n": 1}\n{"n": \n{"n": 3}\n')
    with pytest.raises(DataError, match=r"a\.jsonl:2: not JSON"):
        read_json_lines(path, form)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "9" * 5_000, "not TOML: .*limit"),
        ("a = 0x" + "f" * 5_000, "64 bits, got one of 20,000 bits"),
        ("a = nan", "finite numbers, got nan"),
        ("a = 1979-05-27", "expected text, numbers, lists and tables, got 1979-05-27"),
        ("a = " + "[" * 5_000, "not TOML: nested too deeply"),
        ("a = 1\na = 2", "not TOML: .*overwrite"),
    ],
)
def test_toml_beyond_the_limits_is_one_line(tmp_path, text, message) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=rf"a\.toml: .*{message}"):
        read_toml(path)
