"""Fetching LLP from a stand-in of the hub on this machine: resumed, verified, and honest about what
is left.
"""

import hashlib
import http.server
import io
import json
import re
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from seehear.cli.main import main
from seehear.data import fetch_llp as module
from seehear.data.download import download
from seehear.data.fetch_llp import fetch_llp
from seehear.data.llp_parts import llp_parts, missing_parts, runnable_tables
from seehear.data.releases import DRIVE_CLIP, UWAV, VALOR
from seehear.errors import DataError
from seehear.features import open_features
from seehear.files import resumed_aside

CLIPS = ["-abcdefghi__30_40", "zz_zzzzzzz1_8.5_18.5"]
IDS = ["-abcdefghi_", "zz_zzzzzzz1"]


def tables():
    weak = "filename\tevent_labels\n" + "".join(f"{name}\tSpeech\n" for name in CLIPS)
    out = {
        name: b"filename\tonset\toffset\tevent_labels\n" for name in module.TABLES if "eval" in name
    }
    out |= {"AVVP_dataset_full.csv": weak.encode(), "AVVP_train.csv": weak.encode()}
    out |= {
        name: f"filename\tevent_labels\n{name[5:9]}abcdefg_0_10\tSpeech\n".encode()
        for name in ("AVVP_val_pd.csv", "AVVP_test_pd.csv")
    }
    return out


def archive(part, shape, kinds=("features", "segment_pseudo_labels")):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as zipped:
        for clip in [*IDS, "val_abcdefg", "testabcdefg"]:
            for kind, array in zip(
                kinds, (np.ones(shape, np.float32), np.zeros((10, 25), int)), strict=False
            ):
                file = io.BytesIO()
                np.save(file, array)
                zipped.writestr(f"{part}/{kind}/{clip}.npy", file.getvalue())
        if kinds == ("segment_feats",):
            zipped.writestr(f"{part}/event_feats/all_event_feats.npy", b"vectors of words")
        zipped.writestr(f"__MACOSX/{part}/features/._x.npy", b"junk")
        zipped.writestr(f"../../{part}/features/outside.txt", b"junk")
    return data.getvalue()


class Hub:
    """Serves the tables and the archives the way the real addresses do; can break off and can
    forget ranges.
    """

    def __init__(self):
        self.tables, self.files = (
            tables(),
            {"CLIP.zip": archive("CLIP", (10, 768)), "CLAP.zip": archive("CLAP", (64, 768))},
        )
        self.uwav = {
            "LLP_CLIP.zip": archive("feats_CLIP", (10, 768), ("segment_feats",)),
            "LLP_CLAP.zip": archive("LLP_CLAP", (10, 512), ("segment_feats",)),
        }
        self.labels = {name: name.encode() * 9 for name in module.LABEL_FILES}
        self.revision, self.asked, self.break_after, self.ranges = "a" * 40, [], None, True
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                hub.asked.append((self.path, self.headers.get("Range")))
                body = hub.answer(self.path)
                if body is None:
                    self.send_error(404)
                    return
                match = (
                    re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
                    if hub.ranges
                    else None
                )
                start = int(match[1]) if match else 0
                self.send_response(206 if match else 200)
                self.send_header("Content-Length", str(len(body) - start))
                self.end_headers()
                stop = len(body)
                if hub.break_after is not None and self.path.endswith(".zip"):
                    stop, hub.break_after = start + hub.break_after, None
                if self.command == "GET":
                    self.wfile.write(body[start:stop])

            do_HEAD = do_GET

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path):
        for repository, files in ((VALOR, self.files), (UWAV, self.uwav)):
            api = f"/api/datasets/{repository}"
            if path == api:
                return json.dumps({"id": repository, "sha": self.revision}).encode()
            if path == f"{api}/tree/{self.revision}":
                readme = {"type": "file", "path": "README.md", "size": 5}
                return json.dumps([readme, *(listed(*file) for file in files.items())]).encode()
            if path.startswith(f"/datasets/{repository}/resolve/{self.revision}/"):
                return files.get(path.rsplit("/", 1)[1])
        folder, _, name = path[1:].rpartition("/")
        return {"tables": self.tables, "labels": self.labels}.get(folder, {}).get(name)


def listed(name, data):
    lfs = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return {"type": "file", "path": name, "lfs": lfs}


def blob(data):
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


@pytest.fixture
def hub(monkeypatch):
    hub = Hub()
    monkeypatch.setattr(
        module, "TABLES", {n: hashlib.sha256(d).hexdigest() for n, d in hub.tables.items()}
    )
    monkeypatch.setattr("seehear.data.llp_parts.TABLES", module.TABLES)
    monkeypatch.setattr(module, "LABEL_FILES", {n: blob(d) for n, d in hub.labels.items()})
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    yield hub
    hub.server.shutdown()
    hub.server.server_close()


def fetch(hub, out, **options):
    addresses = {"tables": f"{hub.url}/tables", "labels": f"{hub.url}/labels"}
    return list(fetch_llp(out, hub=hub.url, **addresses, **options))


def test_everything_public_comes_once_and_reads_as_features(hub, tmp_path):
    states = [(f.part, f.state) for f in fetch(hub, tmp_path)]
    assert states == [("tables", "fetched"), ("CLIP", "fetched"), ("CLAP", "fetched")]
    store = open_features(tmp_path)
    assert {name: (s.rows, s.dim) for name, s in store.streams.items()} == {
        "clip-vit-l14/feature": (10, 768),
        "clap-fusion/maps": (64, 768),
    }
    assert store.array("clap-fusion/maps", CLIPS).shape == (2, 64, 768)
    assert not list(tmp_path.glob("*.zip*"))
    assert not [p for p in tmp_path.rglob("*") if "outside" in p.name or p.name.startswith("._")]
    record = json.loads((tmp_path / "fetch.json").read_text())
    assert record["valor"] == {"repository": VALOR, "revision": "a" * 40}
    assert record["archives"]["CLIP"]["files"] == {"features": 4, "segment_pseudo_labels": 4}
    hub.asked.clear()
    assert [f.state for f in fetch(hub, tmp_path)] == ["there"] * 3
    assert hub.asked == []  # nothing is asked for what is there and whole


def test_a_file_that_is_gone_is_told_as_that(hub, tmp_path):
    with pytest.raises(DataError, match=r"cannot be fetched: HTTP 404 .*; the file is not there"):
        download(f"{hub.url}/nowhere", tmp_path / "x", sha256="0" * 64)


def test_a_broken_connection_is_resumed_where_it_broke(hub, tmp_path):
    hub.break_after = 1000
    with pytest.raises(
        DataError, match=r"CLIP\.zip: cannot be fetched: .*run the same command again"
    ):
        fetch(hub, tmp_path, parts=["CLIP"])
    assert resumed_aside(tmp_path / "CLIP.zip").stat().st_size == 1000
    hub.asked.clear()
    assert [f.state for f in fetch(hub, tmp_path, parts=["CLIP"])] == ["fetched"]
    assert [r for path, r in hub.asked if path.endswith("CLIP.zip")] == ["bytes=1000-"]


def test_the_recorded_revision_is_fetched_again_not_the_newest(hub, tmp_path):
    fetch(hub, tmp_path, parts=["CLIP"])
    hub.asked.clear()
    fetch(hub, tmp_path, parts=["CLAP"])
    assert not [path for path, _ in hub.asked if path == f"/api/datasets/{VALOR}"]
    (
        tmp_path / "CLIP" / "features" / f"{IDS[0]}.npy"
    ).unlink()  # incomplete: comes again, and is verified
    hub.files["CLIP.zip"] = archive("CLIP", (10, 512))
    with pytest.raises(DataError, match=r"expected sha256 .* as recorded, the hub now says"):
        fetch(hub, tmp_path, parts=["CLIP"])


def test_a_table_with_other_content_is_refused_and_not_kept(hub, tmp_path):
    hub.tables["AVVP_train.csv"] += b"x"
    with pytest.raises(DataError, match=r"AVVP_train\.csv: expected sha256"):
        fetch(hub, tmp_path, parts=["tables"])
    assert not list(tmp_path.glob("AVVP_train*"))


def test_a_server_without_ranges_starts_over(hub, tmp_path):
    data = b"0123456789" * 100
    hub.tables["t"], hub.ranges = data, False
    resumed_aside(tmp_path / "t").write_bytes(data[:500])
    assert download(f"{hub.url}/tables/t", tmp_path / "t", sha256=hashlib.sha256(data).hexdigest())
    assert (tmp_path / "t").read_bytes() == data


def test_only_safe_addresses_are_asked(tmp_path):
    for url in ("http://example.com/x", "file:///etc/hostname", "ftp://example.com/x"):
        with pytest.raises(DataError, match="expected an https address"):
            download(url, tmp_path / "x", sha256="0" * 64)


def test_what_is_missing_is_listed_with_what_to_do(hub, tmp_path):
    assert {p.state for p in llp_parts(tmp_path)} == {"missing"}
    fetch(hub, tmp_path)
    parts = {p.name: p for p in missing_parts(tmp_path)}
    assert sorted(parts) == [
        "feats/clap_audioset",
        "feats/clip_16",
        "feats/r2plus1d_18",
        "feats/res152",
        "feats/vggish",
        "feats_CLAP/segment_feats",
        "feats_CLIP/segment_feats",
        "refine_label",
        "videos",
    ]
    assert parts["feats/clip_16"].get.startswith(f"by hand: {DRIVE_CLIP}; unpack to")
    assert "https://drive.google.com/" in parts["feats/vggish"].get
    assert parts["feats/vggish"].get.endswith(f"unpack to {Path(tmp_path, 'feats/vggish')}/ID.npy")
    assert not any(runnable_tables(tmp_path).values())
    for folder in ("vggish", "clip_16"):
        (tmp_path / "feats" / folder).mkdir(parents=True)
        for clip in [*IDS, "val_abcdefg", "testabcdefg"]:
            (tmp_path / "feats" / folder / f"{clip}.npy").touch()
    assert runnable_tables(tmp_path)["table1"] == ("CLIP rows",)
    (tmp_path / "feats" / "vggish" / f"{IDS[1]}.npy").unlink()
    part = next(p for p in missing_parts(tmp_path) if p.name == "feats/vggish")
    assert (part.state, part.found, part.wanted) == ("incomplete", 3, 4)
    (tmp_path / "AVVP_train.csv").write_bytes(
        hub.tables["AVVP_train.csv"] + b"zz_zzzzzzz2_0_10\tDog\n"
    )
    assert next(p for p in missing_parts(tmp_path) if p.name == "AVVP_train.csv").state == "changed"


def test_uwavs_features_come_by_name_and_stand_beside_valors(hub, tmp_path):
    hub.break_after = 1000
    with pytest.raises(DataError, match=r"LLP_CLIP\.zip: cannot be fetched"):
        fetch(hub, tmp_path, parts=["UWAV-CLIP"])
    states = fetch(hub, tmp_path, parts=["CLIP", "UWAV-CLIP", "UWAV-CLAP"])
    assert "bytes=1000-" in [r for path, r in hub.asked if path.endswith("LLP_CLIP.zip")]
    assert [f.state for f in states] == ["fetched"] * 3
    assert states[1].detail.startswith("4 segment feats, 1 event feats; the archive has")
    assert (tmp_path / "feats_CLAP" / "event_feats" / "all_event_feats.npy").is_file()
    record = json.loads((tmp_path / "fetch.json").read_text())
    assert record["uwav"] == {"repository": UWAV, "revision": "a" * 40}
    store = open_features(tmp_path)
    assert {name: (s.rows, s.dim) for name, s in store.streams.items()} == {
        "clip-vit-l14/feature": (10, 768),
        "clip-vit-l14-uwav/feature": (10, 768),
        "clap-uwav/feature": (10, 512),
    }
    hub.asked.clear()
    assert [f.state for f in fetch(hub, tmp_path, parts=["UWAV-CLIP"])] == ["there"]
    assert hub.asked == []


def test_labels_are_held_to_gits_names_and_recorded_when_they_first_come(hub, tmp_path):
    assert [f.state for f in fetch(hub, tmp_path, parts=["LSLD-labels"])] == ["fetched"]
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in hub.labels.items()}
    assert json.loads((tmp_path / "fetch.json").read_text())["labels"] == digests
    hub.asked.clear()
    assert [f.state for f in fetch(hub, tmp_path, parts=["LSLD-labels"])] == ["there"]
    assert hub.asked == []
    hub.labels["final_label.npz"] += b"x"
    (tmp_path / "refine_label" / "final_label.npz").unlink()
    with pytest.raises(DataError, match=r"final_label\.npz: expected sha256"):
        fetch(hub, tmp_path, parts=["LSLD-labels"])
    with pytest.raises(DataError, match=r"final_label\.npz: expected git's blob"):
        fetch(hub, tmp_path / "new", parts=["LSLD-labels"])
    assert [p.name for p in (tmp_path / "refine_label").iterdir()] == ["denoised_label.npz"]


def test_what_is_offered_is_listed_with_the_size_that_its_address_says(hub, tmp_path, capsys):
    command = ["fetch", "llp", "--out", str(tmp_path), "--hub", hub.url]
    command += ["--labels", f"{hub.url}/labels", "--list"]
    assert main([*command, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert {offer["part"]: offer["size"] for offer in out["offers"]} == {
        "CLIP": len(hub.files["CLIP.zip"]),
        "CLAP": len(hub.files["CLAP.zip"]),
        "UWAV-CLIP": len(hub.uwav["LLP_CLIP.zip"]),
        "UWAV-CLAP": len(hub.uwav["LLP_CLAP.zip"]),
        "LSLD-labels": sum(map(len, hub.labels.values())),
    }
    del hub.uwav["LLP_CLAP.zip"]
    assert main(command) == 1
    text, told = capsys.readouterr()
    assert "unknown" in text
    assert "https://huggingface.co/datasets/Yang1213112131/PreFM" in text
    assert f"{UWAV}/tree/{'a' * 40}: the hub's revision aaaaaaaaaaaa has no LLP_CLAP.zip" in told
    assert not list(tmp_path.iterdir())


def test_parts_are_asked_for_by_name_or_by_repository(hub, tmp_path, capsys):
    command = ["fetch", "llp", "--out", str(tmp_path), "--hub", hub.url]
    assert main([*command, "--only", UWAV]) == 0
    text = capsys.readouterr().out
    assert "--inputs uwav" in text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["feats_CLAP", "feats_CLIP", "fetch.json"]
    assert main([*command, "--only", "Yang1213112131/PreFM"]) == 2
    assert "by hand: https://huggingface.co/datasets/Yang" in capsys.readouterr().err
    assert main([*command, "--only", "UWAV-CLIPS"]) == 2
    assert "UWAV-CLIP" in capsys.readouterr().err


def test_the_command_says_what_came_and_what_is_left(hub, tmp_path, capsys):
    command = [
        "fetch",
        "llp",
        "--out",
        str(tmp_path),
        "--hub",
        hub.url,
        "--tables",
        f"{hub.url}/tables",
    ]
    assert main([*command, "--only", "tables", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert [part["part"] for part in out["fetched"]] == ["tables"]
    assert "CLIP/features" in [part["name"] for part in out["missing"]]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "feats/res152 (ResNet-152 frame features): by hand:" in text
    assert "none yet" in text
    hub.server.shutdown()
    hub.server.server_close()
    assert main([*command[:3], str(tmp_path / "new"), *command[4:]]) == 2
    assert "cannot be fetched" in capsys.readouterr().err
