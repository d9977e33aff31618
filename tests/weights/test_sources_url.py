"""Weights by address: resumed, verified by what is published, from https alone, bounded."""

import http.client
import http.server
import json
import re
import ssl
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from seehear import weights
from seehear.cli.main import main
from seehear.data import download as module
from seehear.errors import DataError, WeightsError
from seehear.files import resumed_aside
from seehear.weights import WEIGHTS, Url, Weights

DATA = bytes(range(256)) * 2000
HASH = sha256(DATA).hexdigest()


class Publisher:
    """A server of one file: breaks off once where told to, says other things where told to."""

    def __init__(self) -> None:
        self.data, self.asked = DATA, []
        self.break_after: int | None = None
        self.location: str | None = None
        self.length: bool | str = True
        self.range: str | None = None  # what a part says that it is
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.answer(self)

            do_HEAD = do_GET

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/net-{HASH[:8]}.pth"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append((request.path, wanted))
        if self.location is not None and not request.path.startswith("/moved"):
            request.send_response(302)
            request.send_header("Location", self.location)
            request.end_headers()
            return
        start = int(match[1]) if wanted and (match := re.match(r"bytes=(\d+)-", wanted)) else 0
        if wanted and start >= len(self.data):
            request.send_error(416)
            return
        request.send_response(206 if wanted else 200)
        if wanted and self.range:
            request.send_header("Content-Range", self.range)
            start = 0
        if self.length:
            said = self.length if isinstance(self.length, str) else str(len(self.data) - start)
            request.send_header("Content-Length", said)
        request.end_headers()
        stop, self.break_after = self.break_after, None
        request.wfile.write(self.data[start:][:stop])


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("SEEHEAR_CACHE", str(tmp_path / "cache"))
    publisher = Publisher()
    put(monkeypatch, publisher)
    yield publisher
    publisher.server.shutdown()
    publisher.server.server_close()


def put(
    monkeypatch: pytest.MonkeyPatch, publisher: Publisher, sha: str = HASH, limit: int = len(DATA)
) -> None:
    source = Url(publisher.url, sha, limit)
    toy = Weights("toy", "A toy", source, {source.name: sha}, 0.5, "CC0-1.0", "none", "nothing")
    monkeypatch.setitem(WEIGHTS, "toy", toy)


def left(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "weights").iterdir())


def test_the_file_is_fetched_verified_and_recorded(publisher: Publisher, tmp_path: Path) -> None:
    folder = weights.fetch("toy")
    name = f"net-{HASH[:8]}.pth"
    assert (folder / name).read_bytes() == DATA
    record = json.loads((folder / "weights.json").read_text())
    assert record == {"id": "toy", "origin": "https 127.0.0.1", "files": {name: HASH}}
    assert weights.verify("toy") == []
    weights.fetch("toy")
    assert len(publisher.asked) == 1
    assert left(tmp_path / "cache") == ["toy"]
    assert weights.command("toy") == "seehear models fetch toy"


def test_a_broken_connection_is_gone_on_with(publisher: Publisher, tmp_path: Path) -> None:
    publisher.break_after = 300_000
    with pytest.raises(WeightsError, match=r"connection broke.*run the same command again"):
        weights.fetch("toy")
    assert left(tmp_path / "cache") == [f".net-{HASH[:8]}.pth-coming"]
    weights.fetch("toy")
    assert [wanted for _, wanted in publisher.asked] == [None, "bytes=300000-"]
    assert left(tmp_path / "cache") == ["toy"]


def test_a_file_that_came_whole_before_it_was_placed_is_not_asked_for_again(
    publisher: Publisher, tmp_path: Path
) -> None:
    waiting = tmp_path / "cache" / "weights" / f".net-{HASH[:8]}.pth-coming"
    waiting.mkdir(parents=True)
    resumed_aside(waiting / f"net-{HASH[:8]}.pth").write_bytes(DATA)
    weights.fetch("toy")
    assert publisher.asked == []


def test_what_waits_but_is_too_long_is_fetched_anew(publisher: Publisher, tmp_path: Path) -> None:
    waiting = tmp_path / "cache" / "weights" / f".net-{HASH[:8]}.pth-coming"
    waiting.mkdir(parents=True)
    resumed_aside(waiting / f"net-{HASH[:8]}.pth").write_bytes(DATA + b"more")
    weights.fetch("toy")
    assert [wanted for _, wanted in publisher.asked] == [f"bytes={len(DATA) + 4}-", None]


def test_another_file_is_refused_and_not_kept(publisher: Publisher, tmp_path: Path) -> None:
    publisher.data = DATA[::-1]
    with pytest.raises(WeightsError, match=f"expected sha256 {HASH[:16]}"):
        weights.fetch("toy")
    assert left(tmp_path / "cache") == []


def test_where_only_the_first_digits_are_published_the_whole_is_recorded_and_holds(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, publisher, sha=HASH[:8])
    assert main(["models", "fetch", "toy"]) == 0
    said = capsys.readouterr().err
    assert f"gives only the first 8 digits of the sha256 of net-{HASH[:8]}.pth" in said
    assert "the whole is recorded and must match from now on" in said
    path = weights.locate("toy") / f"net-{HASH[:8]}.pth"
    # a file whose hash begins alike cannot be made here, so the record stands for the first one
    record = weights.locate("toy") / "weights.json"
    first = f"{HASH[:8]}{'0' * 56}"
    record.write_text(record.read_text().replace(HASH, first))
    path.write_bytes(b"damaged")
    with pytest.raises(WeightsError, match=f"expected sha256 {first[:16]}, got {HASH[:16]}"):
        weights.fetch("toy")


def test_more_than_expected_is_not_received(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(monkeypatch, publisher, limit=len(DATA) - 1)
    for length in (True, False):  # said beforehand, or found while it comes
        publisher.length = length
        with pytest.raises(WeightsError, match=r"expected at most 511,999 bytes, it has more"):
            weights.fetch("toy")
        assert left(tmp_path / "cache") == []


@pytest.mark.parametrize("there", ["ftp://example.com/x", "http://example.com/x"])
def test_redirects_go_to_https_alone(publisher: Publisher, there: str) -> None:
    publisher.location = there
    with pytest.raises(WeightsError, match=f"expected a redirect to https, got {there}"):
        weights.fetch("toy")


def test_redirects_on_this_machine_are_followed(publisher: Publisher) -> None:
    publisher.location = publisher.url.replace("/v1/", "/moved/")
    publisher.break_after = 300_000
    with pytest.raises(WeightsError, match="connection broke"):
        weights.fetch("toy")
    weights.fetch("toy")
    assert publisher.asked[-1] == (f"/moved/net-{HASH[:8]}.pth", "bytes=300000-")


@pytest.mark.parametrize("there", ["https://[bad/x", "http://[::1"])
def test_a_redirect_to_no_address_is_one_line(publisher: Publisher, there: str) -> None:
    publisher.location = there
    with pytest.raises(WeightsError, match=r"redirects to what is no address"):
        weights.fetch("toy")


@pytest.mark.parametrize("length", ["abc", "512000, 512000", "\u00b2", "9" * 5000])
def test_a_length_that_is_no_number_counts_as_none(
    publisher: Publisher, length: str, tmp_path: Path
) -> None:
    publisher.length = length
    assert module.size_of(publisher.url) is None
    weights.fetch("toy")
    assert left(tmp_path / "cache") == ["toy"]


def test_another_part_than_the_one_asked_for_is_not_put_behind_what_is_there(
    publisher: Publisher,
) -> None:
    publisher.break_after = 300_000
    with pytest.raises(WeightsError, match="connection broke"):
        weights.fetch("toy")
    publisher.range = f"bytes 0-{len(DATA) - 1}/{len(DATA)}"
    weights.fetch("toy")
    assert [wanted for _, wanted in publisher.asked] == [None, "bytes=300000-", None]


def test_what_breaks_while_it_comes_is_the_connection_not_the_disk(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise ssl.SSLError(1, "decryption failed \x1b[31m")

    monkeypatch.setattr(http.client.HTTPResponse, "read", fail)
    with pytest.raises(WeightsError, match=r"cannot be fetched: .*decryption failed \?\[31m"):
        weights.fetch("toy")


def test_https_is_never_left() -> None:
    import urllib.request

    request = urllib.request.Request("https://example.com/a")
    for there in ("http://example.com/b", "http://127.0.0.1/b"):
        with pytest.raises(DataError, match="expected a redirect to https, got http://"):
            module._SafeRedirects().redirect_request(request, None, 302, "", {}, there)
    kept = module._SafeRedirects().redirect_request(
        request, None, 302, "", {}, "https://elsewhere.example/b"
    )
    assert kept is not None


def test_the_three_networks_of_llp_have_their_publishers_addresses() -> None:
    sources = {id_: WEIGHTS[id_].source for id_ in ("vggish", "resnet152", "r2plus1d18")}
    for id_, source in sources.items():
        assert isinstance(source, Url), id_
        assert source.name.split("-")[1].removesuffix(".pth") == source.sha256[:8]
    models = pytest.importorskip("torchvision.models")
    published = models.ResNet152_Weights.IMAGENET1K_V1.url
    assert sources["resnet152"].address == published
    published = models.video.R2Plus1D_18_Weights.KINETICS400_V1.url
    assert sources["r2plus1d18"].address == published
