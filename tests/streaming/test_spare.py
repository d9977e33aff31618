"""A decoding process that is begun before it is known what it is to decode for."""

import multiprocessing
import os
import signal
import sys

import pytest

import fake_encoders as fake
from media_files import film
from seehear.cli.main import main
from seehear.errors import SeehearError
from seehear.streaming import spare
from seehear.streaming.messages import ClipJob, ClipOutcome
from seehear.streaming.worker import Decoder, Front

FRONT = Front(("eye",), ("ear",), "grid", 1.0, fake.load)


def test_the_spare_process_decodes_and_another_is_begun_when_it_dies(tmp_path):
    film(tmp_path / "a.mkv", 1)
    job = ClipJob("a", "a", str(tmp_path / "a.mkv"))
    with spare.started_ahead():
        (started,) = spare._spare
        decoder = Decoder(FRONT)
        *pieces, outcome = decoder.run(job)
        assert decoder._process is started.process
        assert not spare._spare
        assert pieces
        assert outcome.tracks == {"audio": "present", "visual": "present"}
        started.process.kill()
        (lost,) = decoder.run(job)
        assert isinstance(lost, ClipOutcome)
        assert "the decoder process died (signal 9)" in lost.problems[0]
        *_, outcome = decoder.run(job)
        assert outcome.tracks == {"audio": "present", "visual": "present"}
        decoder.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C goes another way there")
def test_ctrl_c_is_not_for_the_decoding_process_however_early(tmp_path, capfd):
    film(tmp_path / "a.mkv", 1)
    with spare.started_ahead():
        os.kill(spare._spare[0].process.pid, signal.SIGINT)
        decoder = Decoder(FRONT)
        *_, outcome = decoder.run(ClipJob("a", "a", str(tmp_path / "a.mkv")))
        decoder.close()
    assert outcome.tracks == {"audio": "present", "visual": "present"}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert "Traceback" not in capfd.readouterr().err


def test_one_that_died_before_it_was_needed_is_said_in_one_line():
    with spare.started_ahead():
        spare._spare[0].process.kill()
        spare._spare[0].process.join()
        with pytest.raises(SeehearError, match="cannot start a decoding process: the process died"):
            next(Decoder(FRONT).run(ClipJob("a", "a", "a.mkv")))


@pytest.mark.parametrize("command", [["parse", "PATH", "--format", "no"], ["parse", "PATH"]])
def test_one_that_nobody_took_is_ended(tmp_path, command):
    (tmp_path / "notes.txt").write_text("no media")
    assert main([word.replace("PATH", str(tmp_path)) for word in command]) == 2
    assert not spare._spare
    assert not multiprocessing.active_children()


def test_none_is_begun_for_what_is_not_there(monkeypatch):
    monkeypatch.setattr(spare, "_begin", lambda: pytest.fail("a process was begun"))
    assert main(["parse", "no-such-file.mp4"]) == 2
    with pytest.raises(SystemExit):
        main(["parse", "--help"])
