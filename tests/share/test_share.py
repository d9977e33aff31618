"""A run pushed and pulled again: the same parser, a card that says what it is, and nothing that
could run.
"""

import inspect
import json
import pickle
from pathlib import Path
from types import SimpleNamespace

import fsspec
import huggingface_hub
import numpy as np
import pytest

from owner_process import elsewhere
from seehear import train
from seehear.cli.main import main
from seehear.errors import ConfigError, WeightsError
from seehear.share import MANIFEST, bundle, is_address, model_card, places, pull, push
from seehear.share.places import FolderPlace
from small_world import TINY, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return (dataset, store, run folder) of a trained parser with figures on test."""
    root = tmp_path_factory.mktemp("world")
    dataset, store = write_world(root)
    run = train.run(train.prepare(dataset, store, "han", settings=TINY), root / "run", seed=1)
    figures = train.evaluate_split(run, store, dataset, "test")
    (run / "figures-test.json").write_text(json.dumps(figures))
    (run / "weights.pt").write_bytes(
        pickle.dumps({"a": 1})
    )  # whatever else lies in the folder stays there
    return dataset, store, run


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))


FILES = {
    "README.md",
    "best.safetensors",
    "figures-test.json",
    "model.onnx",
    "recipe.json",
    MANIFEST,
}


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_there_and_back(world, tmp_path, scheme) -> None:
    dataset, store, run = world
    address = f"file://{tmp_path}/shared/mine" if scheme == "file" else "memory://shared/mine"
    assert push(run, address) == address
    system, root = fsspec.core.url_to_fs(address)
    assert {Path(name).name for name in system.ls(root, detail=False)} == FILES
    folder = pull(address)
    assert {path.name for path in folder.iterdir()} == FILES
    assert (folder / "best.safetensors").read_bytes() == (run / "best.safetensors").read_bytes()
    for model in (address, Path(address)):  # a Path loses one of the slashes
        for ours, theirs in zip(
            train.predict_split(run, store, dataset, "test"),
            train.predict_split(model, store, dataset, "test"),
            strict=True,
        ):
            if isinstance(ours, np.ndarray):
                np.testing.assert_array_equal(ours, theirs)
    assert train.load_run(address).about == train.load_run(run).about


def test_it_is_fetched_once(world, monkeypatch) -> None:
    push(world[2], "memory://once")
    folder, asked = pull("memory://once"), []
    read = places.FolderPlace.read
    monkeypatch.setattr(
        places.FolderPlace,
        "read",
        lambda self, name, limit: asked.append(name) or read(self, name, limit),
    )
    assert pull("memory://once") == folder
    assert asked == [MANIFEST]


def test_from_the_command_line(world, tmp_path, capsys) -> None:
    dataset, store, run = world
    address = f"file://{tmp_path}/there"
    assert main(["share", str(run), "--to", address, "--licence", "CC-BY-4.0"]) == 0
    assert capsys.readouterr().out == address + "\n"
    assert "license: cc-by-4.0" in (tmp_path / "there" / "README.md").read_text()
    assert (
        main(
            [
                "evaluate",
                str(dataset.root),
                "--model",
                address,
                "--features",
                str(store.path),
                "--json",
            ]
        )
        == 0
    )
    result = json.loads(capsys.readouterr().out)
    assert result["figures"] == json.loads((run / "figures-test.json").read_text())
    assert result["setting"]["model"] == address
    assert main(["share", str(run), "--card"]) == 0
    assert capsys.readouterr().out.startswith("---\nlibrary_name: seehear\n")
    assert main(["share", str(run)]) == 2
    assert "expected --to URL" in capsys.readouterr().err


def test_the_card_says_that_figures_on_val_are_of_the_network_alone(world) -> None:
    about = train.load_run(world[2]).about
    recipe = about["recipe"]
    guided = {**recipe, "network": {**recipe["network"], "prior": "likeness"}}
    assert "network alone" not in model_card(about, {})
    card = model_card({**about, "recipe": guided}, {})
    assert "Figures on val are those of the network alone" in card


def test_the_card(world) -> None:
    run = world[2]
    card = bundle(run).files["README.md"].decode()
    figures = json.loads((run / "figures-test.json").read_text())
    assert "# han, trained on small" in card
    assert "small: 24 training clips, labels fingerprint `" in card
    assert "segments of 1 s. Clips of each class: Dog " in card
    assert "4 classes: Dog (“dog”), Car" in card
    assert "Clip labels only" in card
    assert f"| test | Segment level | {100 * figures['segment/audio']:.1f} | " in card
    assert "| val | Event level |" in card
    assert "gate own at 0.5, threshold 0.5, truth read" in card
    assert "so val figures are optimistic" in card
    assert "- yamnet (yamnet `aaaaaaaaaaaa`" in card
    assert "No licence was stated" in card
    assert "None" not in card
    assert str(run.parent) not in card


def test_the_card_of_a_converted_checkpoint(world) -> None:
    about = dict(train.load_run(world[2]).about)
    converted = {
        **about,
        "seed": None,
        "epoch": None,
        "figures": None,
        "encoders": {"yamnet": {}},
        "converted": {"main": {"file": "HAN.pt", "sha256": "ab" * 32}},
    }
    for key in ("dataset", "labels"):
        del converted[key]
    card = model_card(converted, {})
    assert "# han, converted" in card
    assert "official checkpoint `HAN.pt` (sha256 `abababababababab`)" in card
    assert "does not say what it was trained on" in card
    assert "None were measured" in card
    assert "unknown weights; licence not recorded" in card


# --- a hub


class StandIn:
    """What we use of `huggingface_hub`, over a dict; every call must fit the real library's
    signature.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.repos, self.revisions = folder, {}, []
        self.CommitOperationAdd = huggingface_hub.CommitOperationAdd

    def HfApi(self) -> SimpleNamespace:
        return SimpleNamespace(create_repo=self._create_repo, create_commit=self._create_commit)

    def _create_repo(self, *args, **options) -> None:
        call = (
            inspect.signature(huggingface_hub.HfApi.create_repo)
            .bind(None, *args, **options)
            .arguments
        )
        assert call["exist_ok"]
        self.repos.setdefault(call["repo_id"], {})

    def _create_commit(self, *args, **options) -> None:
        call = (
            inspect.signature(huggingface_hub.HfApi.create_commit)
            .bind(None, *args, **options)
            .arguments
        )
        for operation in call["operations"]:
            with operation.as_file() as file:
                self.repos[call["repo_id"]][operation.path_in_repo] = file.read()
        self.revisions.append(call["revision"])

    def hf_hub_download(self, *args, **options) -> str:
        call = inspect.signature(huggingface_hub.hf_hub_download).bind(*args, **options).arguments
        self.revisions.append(call["revision"])
        if call["repo_id"] not in self.repos:
            raise OSError("404 Client Error. Repository Not Found")
        self.folder.mkdir(exist_ok=True)
        (self.folder / call["filename"]).write_bytes(self.repos[call["repo_id"]][call["filename"]])
        return str(self.folder / call["filename"])


@pytest.fixture
def hub(tmp_path, monkeypatch) -> StandIn:
    stand_in = StandIn(tmp_path / "hub")
    monkeypatch.setattr(places, "_hub", lambda: stand_in)
    return stand_in


def test_a_hub(world, hub) -> None:
    dataset, store, run = world
    assert push(run, "hf://somebody/han-small") == "hf://somebody/han-small"
    assert set(hub.repos["somebody/han-small"]) == FILES
    figures = train.evaluate_split("hf://somebody/han-small@v1.0", store, dataset, "test")
    assert figures == json.loads((run / "figures-test.json").read_text())
    assert hub.revisions == [None, *["v1.0"] * len(FILES)]
    with pytest.raises(
        WeightsError, match=r"hf://nobody/nothing: seehear-model\.json cannot be fetched: 404"
    ):
        pull("hf://nobody/nothing")


# --- what is refused


@pytest.fixture
def shared(world):
    """Return a function that changes the manifest of a model in memory, and its address."""
    address = "memory://changed"
    push(world[2], address)
    system, root = fsspec.core.url_to_fs(address)

    def change(edit) -> str:
        manifest = json.loads(system.cat_file(f"{root}/{MANIFEST}"))
        edit(manifest)
        system.pipe_file(f"{root}/{MANIFEST}", json.dumps(manifest).encode())
        return address

    return change


@pytest.mark.parametrize(
    "name",
    [
        "weights.pt",
        "model.pkl",
        "pytorch_model.bin",
        "../best.safetensors",
        "/etc/passwd",
        "a/best.safetensors",
        "..\\best.safetensors",
        "best.safetensors\n",
        "setup.py",
        "figures-../x.json",
        "",
    ],
)
def test_names_that_are_refused(shared, name) -> None:
    address = shared(lambda m: m["files"].update({name: m["files"]["recipe.json"]}))
    with pytest.raises(WeightsError, match="refused to fetch") as caught:
        pull(address)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda m: m["files"]["best.safetensors"].update(sha256="0" * 64),
            r"best.safetensors: expected sha256 0{16}, got",
        ),
        (
            lambda m: m["files"]["best.safetensors"].update(size=10),
            "longer than the 10 bytes of the manifest",
        ),
        (
            lambda m: m["files"]["best.safetensors"].update(size="10"),
            r"files.best.safetensors.size: expected a whole number .* got '10'",
        ),
        (
            lambda m: m["files"].update({"best.safetensors": None}),
            "files.best.safetensors: expected an object, got null",
        ),
        (lambda m: m["files"].pop("best.safetensors"), "the manifest names no best.safetensors"),
        (lambda m: m.update(schema="other/1"), "expected a manifest of schema seehear.model/1"),
        (
            lambda m: m["files"].update({"figures-val.json": m["files"]["recipe.json"]}),
            "no figures-val.json there",
        ),
    ],
)
def test_damage_is_found(shared, tmp_path, edit, message) -> None:
    with pytest.raises(WeightsError, match=message):
        pull(shared(edit), cache=tmp_path / "c")
    assert list((tmp_path / "c").rglob("*.safetensors")) == []  # nothing half-fetched stays


def test_other_weights_are_refused_without_running_them(tmp_path) -> None:
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    for name in ("model.pt", "best.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps(Bomb()))
    for model in (tmp_path / "model.pt", tmp_path):
        with pytest.raises(WeightsError, match="damaged or truncated"):
            bundle(model)
        with pytest.raises(WeightsError, match="damaged or truncated"):
            train.load_run(model)
    assert not (tmp_path / "exploded").exists()


def test_nothing_there(tmp_path) -> None:
    with pytest.raises(
        WeightsError, match=r"no seehear-model.json there; is this a shared seehear model\?"
    ):
        pull(f"file://{tmp_path}")
    with pytest.raises(WeightsError, match=r"expected a run folder with best\.safetensors"):
        push(tmp_path, "memory://x")
    with pytest.raises(ConfigError, match=r"cannot be reached: Protocol not known: nosuch"):
        pull("nosuch://x/y")
    with pytest.raises(ConfigError, match="expected hf://owner/name"):
        pull("hf://just-a-name")
    with pytest.raises(ConfigError, match="expected an address such as"):
        push(tmp_path, "folder/name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hf://a/b", True),
        ("hf:/a/b", True),
        ("s3://bucket/x", True),
        ("file:///x", True),
        ("runs/han", False),
        ("/runs/han", False),
        ("C:/runs/han", False),
        ("a:b", False),
        ("clip.mp4", False),
        (None, False),
    ],
)
def test_addresses(text, expected) -> None:
    assert is_address(text) is expected


def test_a_push_that_is_cut_off_leaves_no_manifest(world, monkeypatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    def fail(*args, **options):
        raise OSError("disk full")

    monkeypatch.setattr(MemoryFileSystem, "put_file", fail)
    with pytest.raises(WeightsError, match="cannot be written: disk full"):
        push(world[2], "memory://cut")
    with pytest.raises(WeightsError, match="no seehear-model"):
        pull("memory://cut")


def test_two_that_share_into_one_folder_do_not_mix(tmp_path):
    there = FolderPlace(f"file://{tmp_path / 'there'}")
    with elsewhere(tmp_path / "there"), pytest.raises(ConfigError, match="one is running there"):
        there.write({"a": b"1"}, "a")
    there.write({"a": b"1"}, "a")
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["a"]
