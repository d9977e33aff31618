"""`seehear evaluate`: figures, setting, comparison, and one line for bad input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import own_dataset
from llp_like import write_llp
from seehear import train
from seehear.cli.figures import setting_line
from seehear.cli.main import main
from seehear.data import open_dataset
from seehear.metrics import CLIP_KEYS, EXCLUSIVE_KEYS, FIGURE_KEYS
from seehear.parser.prior import UNMEASURED
from seehear.time import TimeGrid, Timeline
from small_world import TINY, write_world

HEADER = "filename\ttrack\tonset\toffset\tevent_label\n"
CLIPS = ("1-VMTJRpjbE_150_160", "CCCCCCCCCC3_0_10", "JfZEqeLZqWk_30_40")
PERFECT = (
    f"{CLIPS[0]}\t\t\t\t\n{CLIPS[1]}\taudio\t1\t2\tCheering\n{CLIPS[2]}\taudio\t0\t4\tSpeech\n"
)


@pytest.fixture(scope="module")
def llp(tmp_path_factory) -> Path:
    return write_llp(tmp_path_factory.mktemp("llp"))


@pytest.fixture
def table(tmp_path):
    def write(rows: str = PERFECT, header: str = HEADER) -> str:
        (tmp_path / "pred.tsv").write_text(header + rows)
        return str(tmp_path / "pred.tsv")

    return write


def as_json(capsys, *command: str) -> dict:
    assert main(["evaluate", *map(str, command), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def test_json_holds_the_ten_keys_as_fractions(llp, table, capsys) -> None:
    result = as_json(capsys, llp, "--predictions", table())
    assert list(result)[:10] == list(result["figures"]) == list(FIGURE_KEYS)
    assert set(result["figures"].values()) == {1.0}
    assert list(result["exclusive"]) == list(EXCLUSIVE_KEYS)
    assert result["intervals"]["event/type"] == [1.0, 1.0]
    assert result["note"] == "These figures prove nothing: 3 clips (at least 100 needed)."
    setting = result["setting"]
    assert setting["split_chosen"] is None  # test, as ever
    assert (setting["dataset"], setting["split"], setting["clips"], setting["segments"]) == (
        "LLP",
        "test",
        3,
        10,
    )
    assert (setting["truth"], setting["annotation"]) == ("literal", "LLP corrected (April 2024)")
    assert result["per_class"]["Speech"]["segment/audio"]["true"] == 4
    assert result["per_class"]["Dog"]["segment/audio"]["f1"] is None


def test_figures_are_those_of_the_definition(llp, table, capsys) -> None:
    # clip 2 has two extra segments: F = 2*1/(2*1+2); clip 3 has nothing; clip 1 sees what is not
    # there
    result = as_json(
        capsys,
        llp,
        "--predictions",
        table(
            f"{CLIPS[0]}\tvisual\t0\t1\tDog\n{CLIPS[1]}\taudio\t0\t3\t"
            f"Cheering\n{CLIPS[2]}\t\t\t\t\n"
        ),
    )
    assert result["segment/audio"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert result["segment/visual"] == pytest.approx((0 + 1 + 1) / 3)
    assert result["segment/audio_visual"] == 1
    assert result["segment/type"] == pytest.approx((1.5 + 2 + 3) / 9)
    assert result["segment/event"] == pytest.approx((0 + 0.5 + 0) / 3)
    assert result["event/audio"] == pytest.approx(
        1 / 3
    )  # one of three segments is less than one half
    assert result["pooled"]["segment/audio"] == {
        "precision": 1 / 3,
        "recall": 1 / 5,
        "f1": 0.25,
        "predicted": 3,
        "true": 5,
    }


def test_unreadable_predictions_are_named_and_end_in_1(llp, tmp_path, capsys) -> None:
    made = {name: f"{name}.timeline.json" for name in CLIPS}
    grid = TimeGrid(10)
    for name, file in made.items():
        (tmp_path / file).write_text(Timeline(f"{name}.mp4", 10.0, grid, ("Dog",)).to_json())
    command = ["evaluate", str(llp), "--predictions", str(tmp_path), "--json"]
    assert main(command) == 0
    capsys.readouterr()
    (tmp_path / made[CLIPS[0]]).write_text("{")
    assert main(command) == 2
    assert "1 file cannot be read" in capsys.readouterr().err
    assert main([*command, "--missing", "empty"]) == 1
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert f"{made[CLIPS[0]]}: not JSON" in err
    setting = json.loads(out)["setting"]
    assert (setting["scored_as_empty"], len(setting["unread"])) == ([CLIPS[0]], 1)


def test_tables_carry_their_setting(llp, table, tmp_path, capsys) -> None:
    assert (
        main(
            [
                "evaluate",
                str(llp),
                "--predictions",
                table(),
                "--per-class",
                "--per-clip",
                str(tmp_path / "clips.tsv"),
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "segment level 100.0 100.0 100.0 100.0 100.0 100.0 100.0" in " ".join(out.split())
    note = (
        "LLP test, 3 clips of 10 segments; truth literal (3 rows dropped or changed), annotation"
        " LLP corrected (April 2024); decided before"
    )
    assert " ".join(out.split()).count(note) == 3
    assert out.count("These figures prove nothing: 3 clips (at least 100 needed).") == 1
    header, first, *_ = (tmp_path / "clips.tsv").read_text().splitlines()
    assert header.split("\t") == ["filename", *CLIP_KEYS]
    assert first.split("\t")[:2] == [CLIPS[0], "1.000000"]


def test_where_test_has_no_truth_another_split_is_scored_and_named(tmp_path, capsys) -> None:
    dataset, _ = write_world(tmp_path, truth=("val",))
    (tmp_path / "pred.tsv").write_text(HEADER + "val00\taudio\t0\t1\tDog\n")
    command = [dataset.root, "--predictions", tmp_path / "pred.tsv", "--missing", "empty"]
    setting = as_json(capsys, *command)["setting"]
    why = (
        "chosen because there is no split test with truth; the epoch of a trained parser was chosen"
    )
    assert (setting["split"], setting["split_chosen"]) == ("val", f"{why} on it")
    assert main(["evaluate", *map(str, command)]) == 0
    assert f"small val, 8 clips of 4 segments; split {why}" in " ".join(
        capsys.readouterr().out.split()
    )
    assert main(["evaluate", *map(str, command), "--split", "test"]) == 2  # what is asked for, is


def test_broken_rows_of_truth_are_told_with_amount_kind_and_what_lists_them(
    tmp_path, capsys
) -> None:
    dataset, _ = write_world(tmp_path, truth=("val",))
    table = dataset.root / "val_audio.csv"
    first, *rows = table.read_text().splitlines()
    clip, onset, offset, label = rows[0].split("\t")
    table.write_text("\n".join([first, f"{clip}\t{offset}\t{onset}\t{label}", *rows[1:]]) + "\n")
    (tmp_path / "pred.tsv").write_text(HEADER + "val00\taudio\t0\t1\tDog\n")
    command = [dataset.root, "--predictions", tmp_path / "pred.tsv", "--missing", "empty"]
    result = as_json(capsys, *command)
    assert main(["evaluate", *map(str, command)]) == 0
    out, err = capsys.readouterr()
    assert "truth literal (1 row dropped or changed)" in " ".join(out.split())
    assert len(rows) > 20  # one of them is less than a warning takes
    assert (result["warnings"], err) == ([], "")
    table.write_text("\n".join([first, f"{clip}\t{offset}\t{onset}\t{label}"]) + "\n")
    assert main(["evaluate", *map(str, command)]) == 0
    assert (
        f"seehear: warning: {table}: 1 of 1 row of truth does not count as it stands: 1 with the"
        " end before the beginning (not counted); `seehear doctor DATASET` lists them\n"
    ) == capsys.readouterr().err


def test_a_split_without_truth_names_those_with_it_and_how_it_is_given(tmp_path, capsys) -> None:
    dataset, _ = write_world(tmp_path, truth=("val",))
    command = ["evaluate", str(dataset.root), "--predictions", "p", "--split", "test"]
    assert main(command) == 2
    told = (
        f"seehear: {dataset.root}: split test has no audio and visual truth table; it is in val; to"
        ' give it, add audio = "test_audio.csv" and visual = "test_visual.csv" to [splits.test] of'
        " dataset.toml\n"
    )
    assert capsys.readouterr().err == told


def test_other_readings_of_the_truth(llp, table, capsys) -> None:
    legacy = as_json(capsys, llp, "--predictions", table(), "--truth", "legacy")
    assert legacy["segment/audio"] == pytest.approx(
        2 / 3
    )  # the older table has no Speech in clip 3
    assert legacy["setting"]["rows_dropped_or_changed"] > 0
    repaired = as_json(capsys, llp, "--predictions", table(), "--truth", "repaired")
    assert repaired["segment/visual"] == pytest.approx(2 / 3)


def test_missing_and_extra_are_options_and_are_reported(llp, table, capsys) -> None:
    path = table(PERFECT.split("\n")[2] + "\nnobody\taudio\t0\t1\tDog\n")
    result = as_json(capsys, llp, "--predictions", path, "--missing", "empty", "--extra", "ignore")
    assert result["setting"]["scored_as_empty"] == list(CLIPS[:2])
    assert result["setting"]["left_out"] == 1
    main(["evaluate", str(llp), "--predictions", path, "--missing", "empty", "--extra", "ignore"])
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "2 clips without a prediction scored as empty; 1 prediction of other clips left out" in said
    )


def test_segments_that_were_not_parsed_are_named_and_change_no_figure(llp, table, capsys) -> None:
    whole = as_json(capsys, llp, "--predictions", table())
    assert whole["setting"]["unparsed"]["visual"] == {"segments": 0, "clips": []}
    rows = f"{PERFECT}{CLIPS[2]}\tvisual\t2\t10\t[not parsed]\n"
    assert main(["evaluate", str(llp), "--predictions", table(rows), "--json"]) == 0
    out, err = capsys.readouterr()
    cut = json.loads(out)
    assert cut["figures"] == whole["figures"]
    assert cut["exclusive"]["segment/audio_only"] < whole["exclusive"]["segment/audio_only"]
    assert cut["setting"]["unparsed"]["visual"] == {"segments": 8, "clips": [CLIPS[2]]}
    assert f"not parsed: 8 visual segments of 1 clip ({CLIPS[2]}); what was not" in err


def test_times_of_the_source_video_are_noticed(llp, tmp_path, capsys) -> None:
    table = tmp_path / "absolute.tsv"
    table.write_text(
        "filename\ttrack\tonset\toffset\tevent_label\n"
        "JfZEqeLZqWk_30_40\taudio\t30\t34\tSpeech\nJfZEqeLZqWk_30_40\taudio\t-3\t0\tSpeech\n"
        "JfZEqeLZqWk_30_40\taudio\t9.5\t20\tSpeech\n"
    )
    command = [
        "evaluate",
        str(llp),
        "--split",
        "test",
        "--predictions",
        str(table),
        "--missing",
        "empty",
    ]
    assert main([*command, "--json"]) == 0
    shown = capsys.readouterr()
    assert (
        json.loads(shown.out)["setting"]["outside_grid"] == 2
    )  # 9.5-20 still touches the last segment
    assert shown.err.count("\n") == 1
    assert "not counted: 2 events outside the clip" in shown.err


def test_two_predictions_compared(llp, table, tmp_path, capsys) -> None:
    (tmp_path / "other.tsv").write_text(HEADER + "".join(f"{clip}\t\t\t\t\n" for clip in CLIPS))
    result = as_json(capsys, llp, "--predictions", table(), "--compare", tmp_path / "other.tsv")
    difference = result["comparison"]["figures"]["segment/audio"]
    assert difference["difference"] == pytest.approx(2 / 3)
    assert (difference["better"], difference["worse"]) == (2, 0)


# --- probabilities


@pytest.fixture
def scores(llp, tmp_path):
    truth = open_dataset(llp).split("test").truth()
    prob = (
        np.stack([truth.audio, truth.visual], axis=2) * 0.4 + 0.2
    )  # 0.6 where true, 0.2 elsewhere
    np.savez(
        tmp_path / "p.npz",
        names=np.array(CLIPS),
        segment_prob=prob,
        track_prob=prob.max(axis=1),
        clip_prob=prob.max(axis=(1, 2)),
    )
    return str(tmp_path / "p.npz")


def test_gate_and_thresholds(llp, scores, capsys) -> None:
    assert as_json(capsys, llp, "--predictions", scores)["segment/type"] == 1.0
    assert as_json(capsys, llp, "--predictions", scores, "--threshold", "0.7")[
        "segment/audio"
    ] == pytest.approx(1 / 3)
    result = as_json(
        capsys,
        llp,
        "--predictions",
        scores,
        "--threshold",
        "0.1",
        "--gate",
        "joint",
        "--gate-threshold",
        "0.5",
        "--visual-threshold",
        "0.3",
    )
    assert result["segment/visual"] == 1.0
    assert result["segment/audio"] < 1
    decoding = result["setting"]["decoding"]
    assert (decoding["gate"], decoding["threshold"], decoding["visual_threshold"]) == (
        "joint",
        0.1,
        0.3,
    )


def test_thresholds_tuned_on_the_split_itself_say_so(llp, scores, capsys) -> None:
    result = as_json(
        capsys,
        llp,
        "--predictions",
        scores,
        "--threshold",
        "0.9",
        "--gate",
        "none",
        "--tune",
        "test",
    )
    assert result["segment/audio"] == 1.0
    assert result["setting"]["thresholds_chosen_on"] == "test"
    main(["evaluate", str(llp), "--predictions", scores, "--tune", "test"])
    assert "threshold per class chosen on test itself (optimistic)" in " ".join(
        capsys.readouterr().out.split()
    )


# --- a trained parser


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    dataset, store = write_world(root)
    train.run(train.prepare(dataset, store, "han", settings=TINY), root / "run", seed=1)
    return [str(dataset.root), "--model", str(root / "run"), "--features", str(store.path)]


def test_a_trained_parser(trained, capsys) -> None:
    result = as_json(capsys, *trained)
    assert (
        result["setting"]["decoding"] == train.load_run(trained[2]).decoding.to_dict()
    )  # as it was made
    assert result["figures"] == train.evaluate_split(
        trained[2], trained[4], open_dataset(trained[0]), "test"
    )
    other = as_json(capsys, *trained, "--gate", "none", "--threshold", "0")
    assert other["pooled"]["segment/audio"]["recall"] == 1
    tuned = as_json(capsys, *trained, "--tune", "val", "--gate", "none")
    assert tuned["setting"]["thresholds_chosen_on"] == "val"
    assert len(tuned["setting"]["decoding"]["visual_threshold"]) == 4


def test_the_prior_is_said_and_goes_with_a_model_only(trained, table, llp, capsys) -> None:
    assert as_json(capsys, *trained)["setting"]["prior"] == "none"  # as its recipe has it
    assert main(["evaluate", *trained, "--prior", "likeness"]) == 2
    assert "for the prior, the folder holds" in capsys.readouterr().err
    assert main(["evaluate", str(llp), "--predictions", table(), "--prior", "none"]) == 2
    assert "--prior: works only with a model" in capsys.readouterr().err


def test_the_setting_says_what_stood_beside_the_network(trained, capsys) -> None:
    setting = as_json(capsys, *trained)["setting"]
    assert "prior" not in setting_line(setting)
    beside = {**setting, "prior": "likeness", "prior_rule": "likeness"}
    assert "; prior likeness; " in setting_line(beside)


def test_the_rule_that_was_really_used_is_named(trained, capsys) -> None:
    setting = as_json(capsys, *trained)["setting"]
    told = setting_line({**setting, "prior": "likeness", "prior_rule": UNMEASURED})
    assert f"; prior likeness ({UNMEASURED}); " in told
    told = setting_line({**setting, "prior": "likeness", "prior_rule": "likeness"})
    assert "; prior likeness; " in told


def test_an_interrupted_run_is_told(trained, tmp_path, capsys) -> None:
    run = shutil.copytree(trained[2], tmp_path / "run")
    (run / "run.json").rename(run / "state.safetensors")
    given = [trained[0], "--model", str(run), *trained[3:]]
    told = f"{run}: trained 3 of 3 epochs; the same seehear train command goes on"
    assert as_json(capsys, *given)["warnings"] == [told]
    assert main(["evaluate", *given]) == 0
    assert capsys.readouterr().err.count(f"seehear: warning: {told}") == 1


def test_a_trained_parser_needs_features(trained, capsys) -> None:
    assert main(["evaluate", *trained[:3]]) == 2
    assert "--model needs --features FEATURES" in capsys.readouterr().err


# --- bad input: one line, exit code 2


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("filename\tonset\toffset\tevent_label\n", PERFECT, "pred.tsv: column track is missing"),
        (HEADER, PERFECT.replace("Speech", "Spech"), "unknown class 'Spech'; did you mean Speech?"),
        (
            HEADER,
            PERFECT.replace("1\t2", "one\t2"),
            "pred.tsv:3: onset: expected a number of seconds, got 'one'",
        ),
        (
            HEADER,
            PERFECT + "nobody\taudio\t0\t1\tDog\n",
            "1 prediction for clips that are not in split test (nobody)",
        ),
        (
            HEADER,
            PERFECT.split("\n")[0] + "\n",
            f"predictions missing for 2 of 3 clips ({CLIPS[1]}, {CLIPS[2]})",
        ),
        (
            HEADER,
            PERFECT + "JfZEqeLZqWk\taudio\t0\t1\tDog\n",
            f"two predictions for clip {CLIPS[2]}",
        ),
    ],
)
def test_bad_predictions(llp, table, capsys, header, rows, message) -> None:
    assert main(["evaluate", str(llp), "--predictions", table(rows, header)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_wrong_array_shapes(llp, tmp_path, capsys) -> None:
    np.savez(
        tmp_path / "p.npz",
        names=np.array(CLIPS),
        audio=np.zeros((3, 10, 24)),
        visual=np.zeros((3, 10, 25)),
    )
    assert main(["evaluate", str(llp), "--predictions", str(tmp_path / "p.npz")]) == 2
    err = capsys.readouterr().err
    assert "array audio: expected (clips, segments, classes) = (3, 10, 25), got (3, 10, 24)" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"test": "filename\tlabels\nx\tDog\n"},
            "AVVP_test_pd.csv: column event_labels is missing",
        ),
        (
            {"test": "filename\tevent_labels\nx\tDgo\n"},
            "AVVP_test_pd.csv:2: unknown class 'Dgo'; did you mean Dog?",
        ),
        (
            {"audio": "filename\tonset\toffset\tevent_labels\nx\t?\t1\tDog\n"},
            "AVVP_eval_audio.csv:2: onset: expected a number of seconds, got '?'",
        ),
    ],
)
def test_bad_datasets(tmp_path, table, capsys, changed, message) -> None:
    write_llp(tmp_path / "llp", **changed)
    assert main(["evaluate", str(tmp_path / "llp"), "--predictions", table()]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--split", "tset"], "expected a split among train, val, test, got 'tset'"),
        (
            ["--split", "train"],
            "split train has no audio and visual truth table; it is in val, test",
        ),
        (["--threshold", "0.5"], "--threshold: these predictions are decided already"),
        (["--tune", "val"], "--tune: these predictions are decided already"),
    ],
)
def test_bad_options(llp, table, capsys, options, message) -> None:
    assert main(["evaluate", str(llp), "--predictions", table(), *options]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_thresholds_are_probabilities(llp, scores, capsys) -> None:
    assert main(["evaluate", str(llp), "--predictions", scores, "--threshold", "1.5"]) == 2
    assert "--threshold: expected a probability between 0 and 1, got 1.5" in capsys.readouterr().err


def test_probabilities_of_another_split_are_not_there(llp, scores, capsys) -> None:
    assert main(["evaluate", str(llp), "--predictions", scores, "--tune", "val"]) == 2
    assert "the file holds probabilities of split test only" in capsys.readouterr().err


def test_from_the_shell(llp, table) -> None:
    command = [
        sys.executable,
        "-m",
        "seehear.cli.main",
        "evaluate",
        str(llp),
        "--predictions",
        table(""),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("seehear: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_truth_that_names_no_clip_is_no_figure(shared: Path, capsys) -> None:
    case = shared / "cases" / "truth-with-suffix"
    command = ["evaluate", str(case), "--split", "test", "--predictions", str(case / "p.tsv")]
    assert main([*command, "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "2 of 2 rows of truth name no clip of any split" in said.err
    assert "'c2.wav': did you mean 'c2'?" in said.err


def test_rows_of_truth_that_are_left_out_are_warned_of(tmp_path: Path, capsys) -> None:
    rows = "c\t0\t1\tCat\nc\t1\t2\tDog\nC.wav\t0\t1\tDog\n"
    root = own_dataset.write(tmp_path, audio_csv=own_dataset.TRUTH + rows)
    path = tmp_path / "p.tsv"
    path.write_text("filename\ttrack\tonset\toffset\tevent_label\nc\taudio\t0\t1\tCat\n")
    result = as_json(capsys, str(root), "--predictions", str(path))
    assert "'C.wav': did you mean 'c'?" in result["warnings"][0]
    assert main(["evaluate", str(root), "--predictions", str(path)]) == 0
    assert "seehear: warning: " in capsys.readouterr().err
