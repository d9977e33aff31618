"""Names from files never lead out of a folder."""

import json
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seehear.data import open_dataset
from seehear.data.fetch_llp import unpack
from seehear.errors import DataError, FeatureError, SeehearError, WeightsError
from seehear.features import open_features
from seehear.labels.store import ABOUT, SCHEMA, load
from seehear.names import below, inside, is_plain
from seehear.share.bundle import MANIFEST, MODEL, read_manifest
from seehear.share.bundle import SCHEMA as SHARED

HOSTILE = [
    "../x", "/etc/passwd", "..", ".", "a/../../x", "a//b", "a/", "/a", "C:\\x", "a\\..\\x", "a:b",
    "", " ", "a\x00b", "a\nb", "x" * 256, "end.", "end ", "..hidden/..", "a\u2028b", None, 3,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused_in_one_line(tmp_path: Path, name: object) -> None:
    with pytest.raises(FeatureError, match="expected the name of a file below") as caught:
        inside(tmp_path, name, parts=2, kind=FeatureError)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


def test_plain_names_are_taken(tmp_path: Path) -> None:
    assert inside(tmp_path, "conse/feature.npy", parts=2) == tmp_path / "conse" / "feature.npy"
    assert inside(tmp_path, "Ärger 1.npy") == tmp_path / "Ärger 1.npy"
    with pytest.raises(DataError, match="NAME"):
        inside(tmp_path, "conse/feature.npy")


@given(st.text(max_size=40))
def test_what_is_plain_is_one_part_of_a_path_on_any_system(name: str) -> None:
    if is_plain(name):
        assert PurePosixPath("/a", name).parts == ("/", "a", name)
        assert PureWindowsPath("C:/a", name).parts == ("C:\\", "a", name)


# out of the folder, in the ways of every system, and what no system takes
OUT = ["../../x", "/etc/x", "..\\..\\x", "C:\\x", "C:x", "a\0b", "x" * 300, "a/../../x", "", "."]


@pytest.mark.parametrize("name", OUT)
def test_a_clips_own_name_may_have_folders_and_leads_nowhere_else(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(FeatureError, match="expected a name below this folder") as caught:
        below(tmp_path, name, kind=FeatureError)
    assert len(str(caught.value)) < 300 + len(str(tmp_path))
    assert below(tmp_path, "sub/take 1: a?") == tmp_path / "sub" / "take 1: a?"


def from_labels(folder: Path, name: str) -> None:
    labels = {"schema": SCHEMA, "names": [], "vocabulary": [], "provenance": {}}
    text = json.dumps({**labels, "tracks": {name: {"shape": [0, 1, 0], "sha256": ""}}})
    (folder / ABOUT).write_text(text)
    load(folder)


def from_published_features(folder: Path, name: str) -> None:
    (folder / "vggish").mkdir()
    np.save(folder / "vggish" / "a.npy", np.zeros((10, 128), np.float32))
    store = open_features(folder)
    assert store.count("vggish/feature", name) == 0
    store.rows("vggish/feature", name)


def from_an_archive(folder: Path, name: str) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("features/good.npy", b"")
        archive.writestr(f"features/{name}.npy", b"")
    unpack(folder / "a.zip", folder / "out", ["features"])
    found = [path.relative_to(folder) for path in folder.rglob("*.npy")]
    assert {path.parts[:2] for path in found} == {("out", "features")}
    raise DataError("nothing lies outside")


def from_a_shared_model(folder: Path, name: str) -> None:
    entry = {"sha256": "0" * 64, "size": 1}
    text = json.dumps({"schema": SHARED, "files": {MODEL: entry, name: entry}})
    read_manifest(text.encode(), folder / MANIFEST)


def from_a_dataset(folder: Path, name: str) -> None:
    text = json.dumps(f"{name}.csv")
    toml = f'[vocabulary]\nDog = "a dog"\n[splits.train]\nclips = {text}\n'
    (folder / "dataset.toml").write_text(toml)
    open_dataset(folder)


READERS = {
    from_labels: DataError,
    from_published_features: FeatureError,
    from_an_archive: DataError,
    from_a_shared_model: WeightsError,
    from_a_dataset: DataError,
}


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_every_reader_of_names_refuses_those_that_lead_out_in_one_line(
    tmp_path: Path, read
) -> None:
    (tmp_path / "x.npy").write_bytes(b"somebody else's")
    for number, name in enumerate(OUT):
        folder = tmp_path / "deep" / str(number)
        folder.mkdir(parents=True)
        with pytest.raises(SeehearError) as caught:
            read(folder, name)
        assert caught.type is READERS[read], name
        assert len(str(caught.value).splitlines()) == 1
        assert len(str(caught.value)) < 700 + 2 * len(str(tmp_path))
    assert (tmp_path / "x.npy").read_bytes() == b"somebody else's"
