"""`seehear models`: the table, fetching and verifying, with exit codes and JSON alone on stdout."""

import hashlib
import json

import pytest

from seehear import weights
from seehear.cli.main import main
from seehear.weights import WEIGHTS, Local, Weights

DATA = b"weights"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and a table of two whose files the user brings."""
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    for id_ in ("first", "second"):
        sha = hashlib.sha256(DATA + id_.encode()).hexdigest()
        monkeypatch.setitem(
            WEIGHTS,
            id_,
            Weights(
                id_,
                id_,
                Local("a page", (f"{id_}.bin",)),
                {f"{id_}.bin": sha},
                0.1,
                "MIT (so they say)",
                "Author 2020",
                "RGB",
            ),
        )
        (tmp_path / f"{id_}.bin").write_bytes(DATA + id_.encode())
    return tmp_path


def test_ls_names_everything_on_lines_that_fit(capsys):
    assert main(["models", "ls"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for id_, w in WEIGHTS.items():
        (row,) = [line for line in lines if line.split()[:1] == [id_]]
        assert "missing" in row
        assert w.licence.split(" (")[0] in row
        assert str(w.source) in row
        assert len(row.rstrip()) <= 115  # a terminal that is narrower folds the source


def test_ls_json_is_json_alone(capsys, cache):
    assert main(["models", "fetch", "first", "--from", str(cache / "first.bin")]) == 0
    capsys.readouterr()
    assert main(["models", "ls", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(WEIGHTS)
    assert rows["first"]["state"] == "cached"
    assert rows["first"]["digest"] == weights.digest("first")
    assert rows["second"]["get"] == "seehear models fetch second --from FILE"
    assert rows["yamnet"]["sha256"] == dict(WEIGHTS["yamnet"].files)
    assert {"title", "source", "licence", "size_mb", "paper", "input"} <= set(rows["yamnet"])


def test_fetch_then_verify(capsys, cache):
    own = str(cache / "first.bin")
    assert main(["models", "fetch", "first", "--from", own]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"first: fetched and verified {weights.locate('first')}\n"
    assert captured.err == f"first: fetching from {own}\n"
    assert main(["models", "fetch", "first"]) == 0
    assert capsys.readouterr().out.startswith("first: cached ")
    assert main(["models", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"id": "first", "state": "verified", "path": str(weights.locate("first"))}
    ]


def test_exit_codes_say_how_much_failed(capsys, cache):
    for id_ in ("first", "second"):
        assert main(["models", "fetch", id_, "--from", str(cache / f"{id_}.bin")]) == 0
    (weights.locate("second") / "second.bin").write_bytes(b"damaged")
    capsys.readouterr()
    assert main(["models", "verify", "first", "second"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("first: verified ")
    assert (
        out[1]
        == "second: damaged second.bin not as published; run: seehear models fetch second --from"
        " FILE"
    )
    assert main(["models", "verify", "second"]) == 2
    capsys.readouterr()
    assert (
        main(["models", "fetch", "first", "second", "--json"]) == 1
    )  # the second cannot be fetched by program
    captured = capsys.readouterr()
    assert [row["state"] for row in json.loads(captured.out)] == ["cached", "failed"]
    assert captured.err.count("seehear: ") == 1
    why = "by hand: a page: cannot be fetched by program; fetch from your own file or folder"
    assert f"seehear: second: {why}" in captured.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fetch"], "seehear models: expected ids or --preset; see: seehear models ls"),
        (["fetch", "nonesuch"], "no weights are called 'nonesuch'; known: yamnet"),
        (
            ["fetch", "first"],
            "by hand: a page: cannot be fetched by program; fetch from your own file or folder",
        ),
        (["fetch", "first", "second", "--from", "x"], "--from takes exactly one id"),
        (
            ["fetch", "first", "--from", "/nowhere/at/all"],
            "expected first.bin in it, first.bin is missing",
        ),
        (
            ["fetch", "first", "second"],
            "all of first, second failed: by hand: a page: cannot be fetched by program; ",
        ),
        (["verify", "first", "second"], "all of first, second failed: "),
        (["verify"], "no weights are in the cache; run: seehear models fetch --preset offline"),
        (
            ["verify", "first"],
            (
                "the weights of first are not in the cache; run: seehear models fetch first --from"
                " FILE"
            ),
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(capsys, words, message):
    assert main(["models", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("seehear: ") == 1
    assert message in captured.err
    assert captured.err.splitlines()[-1].startswith("seehear: ")
