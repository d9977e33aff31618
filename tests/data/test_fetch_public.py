"""Fetching other benchmarks than LLP from a stand-in of their addresses on this machine."""

import hashlib
import http.server
import io
import json
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks_like import write_unav
from seehear.cli.main import main
from seehear.data import open_dataset, public
from seehear.data.public import PUBLIC
from seehear.features import open_features
from seehear.features.official import PUBLISHED_FOLDERS

REVISION = "a" * 40


def archive(width: int) -> bytes:
    data, file = io.BytesIO(), io.BytesIO()
    np.save(file, np.ones((5, width), np.float32))
    with zipfile.ZipFile(data, "w") as zipped:
        zipped.writestr("feats/segment_feats/vvvvvvvvvv2.npy", file.getvalue())
    return data.getvalue()


@pytest.fixture
def address(monkeypatch, tmp_path: Path):
    """An address that serves a small UnAV-100 and two archives of the hub."""
    (tmp_path / "there").mkdir()
    content = (write_unav(tmp_path / "there") / "unav100_annotations.json").read_bytes()
    path = "data/unav100_annotations.json"
    small = replace(PUBLIC["unav100"], tables={path: hashlib.sha256(content).hexdigest()})
    monkeypatch.setattr(public, "PUBLIC", {"unav100": small, "ave": PUBLIC["ave"]})
    files = {"UnAV_CLIP.zip": archive(768), "UnAV_CLAP.zip": archive(512)}
    api = f"/api/datasets/{small.archives[0].repository}"
    listing = []
    for name, data in files.items():
        lfs = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
        listing.append({"path": name, "lfs": lfs})
    answers = {f"/{path}": content, api: json.dumps({"sha": REVISION}).encode()}
    answers[f"{api}/tree/{REVISION}"] = json.dumps(listing).encode()
    for name, data in files.items():
        answers[f"{api.removeprefix('/api')}/resolve/{REVISION}/{name}"] = data

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = answers.get(self.path)
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_tables_and_features_come_as_they_are_read(address: str, tmp_path: Path, capsys) -> None:
    out = tmp_path / "unav"
    command = ["fetch", "unav100", "--out", str(out), "--tables", address, "--hub", address]
    assert main(command) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "By name: --only UWAV-CLAP" in told
    assert "By hand as av_features/ID_rgb.npy" in told
    assert open_dataset(out).name == "UnAV-100"
    every = ["--only", "tables", "--only", "UWAV-CLIP", "--only", "UWAV-CLAP"]
    assert main([*command, *every, "--json"]) == 0
    fetched = json.loads(capsys.readouterr().out)["fetched"]
    assert [part["state"] for part in fetched] == ["there", "fetched", "fetched"]
    store = open_features(out)
    assert sorted(store.streams) == ["clap-uwav/feature", "clip-vit-l14-uwav/feature"]
    assert store.count("clap-uwav/feature", "vvvvvvvvvv2") == 5
    assert main([*command, "--list", "--json"]) == 0
    offers = json.loads(capsys.readouterr().out)["offers"]
    assert [offer["part"] for offer in offers] == ["tables", "UWAV-CLIP", "UWAV-CLAP"]
    assert all(offer["size"] > 0 for offer in offers)


def test_what_is_not_offered_is_told(address: str, tmp_path: Path, capsys) -> None:
    command = ["fetch", "ave", "--out", str(tmp_path / "ave"), "--tables", address]
    assert main([*command, "--only", "UWAV-CLIP"]) == 2
    assert "no part of AVE is called 'UWAV-CLIP'" in capsys.readouterr().err
    assert main(command) == 2  # the address has no such table; what is left by hand is told still
    out, err = capsys.readouterr()
    assert "404" in err
    assert "By hand as visual_feature.h5" in " ".join(out.split())


def test_pinned_as_at_hand(shared: Path) -> None:
    folder = shared / "benchmarks"
    if not folder.is_dir():
        pytest.skip(f"the benchmarks' tables not found at {folder}")
    for name in ("lfav", "ave", "vggsounder"):
        for path, digest in PUBLIC[name].tables.items():
            here = folder / name / path.rpartition("/")[2]
            assert hashlib.sha256(here.read_bytes()).hexdigest() == digest, path


def test_everything_by_hand_goes_where_it_is_read() -> None:
    read = {published.folder for published in PUBLISHED_FOLDERS}
    for of in PUBLIC.values():
        for one in of.by_hand:
            folder = one.place.rpartition("/")[0]
            assert not folder or folder in read, one.place
        assert {archive.folder + "/segment_feats" for archive in of.archives} <= read
