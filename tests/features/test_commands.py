"""The command that a hint gives: for LLP with the frames that published features were made of."""

from pathlib import Path

from llp_like import write_llp
from seehear.data import open_dataset
from seehear.features.commands import extract_command, features_command, set_encoders
from seehear.recipes import FEATURES
from small_world import write_world


def test_llp_is_looked_at_as_published_and_other_data_true_to_time(tmp_path: Path) -> None:
    other, _ = write_world(tmp_path / "my world", sizes=(2, 2, 2))
    llp = open_dataset(write_llp(tmp_path / "llp"))
    encoders = set_encoders(FEATURES["clip+3d"])
    assert encoders == {"visual": ["clip-vit-b16", "r2plus1d18"], "audio": ["vggish"]}
    assert extract_command(other, encoders, "f") == (
        f"seehear extract '{other.root}' --visual clip-vit-b16,r2plus1d18 --audio vggish --out f"
    )
    assert extract_command(llp, {"audio": ["yamnet", "yamnet"]}, "my feats") == (
        f"seehear extract {llp.root} --audio yamnet --sampling paper --out 'my feats'"
    )


def test_a_set_that_a_release_alone_has_is_fetched(tmp_path: Path) -> None:
    llp = open_dataset(write_llp(tmp_path / "llp"))
    fetched = features_command(llp, FEATURES["uwav"], "f")
    assert fetched == f"seehear fetch llp --out {llp.root} --only NTUBarista/uwav_features"
    assert features_command(llp, FEATURES["clip"], "f").startswith("seehear extract ")
