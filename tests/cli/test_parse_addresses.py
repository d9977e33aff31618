"""`seehear parse` and `search` on media and libraries at addresses.

The storage is fsspec's file system in memory; an S3-like server is in `parser/test_cluster.py`.
"""

import json

import pytest

from fake_scorer import fake, loader, parser
from seehear.cli import parse as cli_parse
from seehear.cli.main import main

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def there(monkeypatch, tmp_path):
    """Give the storage, with three clips in memory:///films; the same lie in tmp_path/in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cli_parse, "_parser", lambda args: parser())
    monkeypatch.setattr("seehear.parser.many.SameEncoders", loader)
    system = fsspec.filesystem("memory")
    for name in ("a.mkv", "sub/b.mkv", "sub/c.mkv"):
        clip = fake.make_clip(tmp_path / "in" / name, 2, loudness=[1, 1])
        system.makedirs("/films/sub", exist_ok=True)
        system.put_file(str(clip), f"/films/{name}")
    if system.exists("/library"):
        system.rm("/library", recursive=True)
    return system


def timelines(there):
    found = {path: there.cat_file(path) for path in there.find("/library")}
    return {
        path.removeprefix("/library/"): data
        for path, data in found.items()
        if path.endswith(".timeline.json")
    }


def run(*args):
    return main(["parse", *args])


def test_parsed_from_and_to_an_address_searched_there_and_the_same_bytes(there, tmp_path, capsys):
    assert run("in", "--out", "here") == 0
    capsys.readouterr()
    assert run("memory:///films", "--out", "memory:///library") == 0
    shown = capsys.readouterr().err
    assert "wrote memory:///library/sub/b.timeline.json" in shown
    here = {
        path.relative_to("here").as_posix(): path.read_bytes()
        for path in type(tmp_path)("here").rglob("*.timeline.json")
    }
    assert timelines(there) == here
    assert len(here) == 3

    assert main(["search", "memory:///library", "audio:Loud", "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert {hit["source"] for hit in hits} == {"a.mkv", "sub/b.mkv", "sub/c.mkv"}

    assert run("memory:///films", "--out", "memory:///library") == 0
    assert "3 of 3 files done already" in capsys.readouterr().err


def test_a_storage_that_is_cut_off_costs_one_line_and_nothing_that_was_done(
    there, monkeypatch, capsys
):
    sent = []
    put = type(there).put_file

    def cut_off(self, path, to, **kwargs):
        if to.endswith(".timeline.json"):
            sent.append(to)
            if len(sent) == 2:
                raise ConnectionError("no answer")
        return put(self, path, to, **kwargs)

    monkeypatch.setattr(type(there), "put_file", cut_off)
    assert run("memory:///films", "--out", "memory:///library", "--jobs", "1") == 1
    told = [line for line in capsys.readouterr().err.splitlines() if "cannot be reached" in line]
    assert told == [
        f"seehear: memory://{sent[1]}: cannot be reached (ConnectionError: no answer); what was"
        " finished is kept; run the same command again to go on"
    ]
    assert len(timelines(there)) == 1
    begun = []
    begin = cli_parse._parser(None).begin
    monkeypatch.setattr(
        "seehear.parser.Parser.begin", lambda self, path: begun.append(path.name) or begin(path)
    )
    assert run("memory:///films", "--out", "memory:///library") == 0
    assert len(begun) == 1  # the second was finished, and only sent
    assert len(timelines(there)) == 3
