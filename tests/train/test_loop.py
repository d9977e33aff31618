"""The training loop: same bits after any interruption, the published arithmetic, selection,
schedules, the log.
"""

import json
import signal
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from golden import kept_rows
from killing import killed_after
from own_process import start
from same_graph import check_graph
from seehear.errors import ConfigError, DataError, SeehearError
from seehear.nn import load_official
from seehear.recipes import RECIPES, Training, mgn, resolve
from seehear.recipes.contract import Clips
from seehear.time import decide
from seehear.train import RunFolder, RunOptions, load_run, loop, prepare, run
from seehear.train.folder import read_log
from seehear.train.model import as_graph
from seehear.train.networks import predict
from seehear.train.targets import build_targets
from small_recipes import small_settings
from small_world import SEGMENTS, TINY
from training_process import train

pytestmark = pytest.mark.usefixtures("no_graphs")


def tiny(world, recipe="han", **settings):
    return prepare(*world, recipe, settings={**TINY, **settings})


def same_files(one, other):
    for name in ("initial", "best", "last"):
        a, b = ((folder / f"{name}.safetensors").read_bytes() for folder in (one, other))
        assert a == b, name


@pytest.mark.parametrize("save_every", [0, 1])
@pytest.mark.parametrize(
    "steps", [0, 1, 3, 4, 8]
)  # before anything, inside an epoch, at its end, at the last step
def test_a_run_killed_anywhere_and_continued_ends_in_the_same_bits(
    world, tmp_path, monkeypatch, steps, save_every
):
    prepared = tiny(world)
    whole = run(prepared, tmp_path / "whole")
    killed_after(steps, monkeypatch, prepared, tmp_path / "cut", RunOptions(save_every=save_every))
    cut = run(prepared, tmp_path / "cut")
    same_files(whole, cut)
    logs = [RunFolder(folder).log() for folder in (whole, cut)]
    assert [line["epoch"] for line in logs[1]] == [1, 2, 3]
    assert [line["loss"] for line in logs[0]] == [line["loss"] for line in logs[1]]
    assert not (cut / "state.safetensors").exists()


def test_kill_9_in_the_middle_of_a_real_process(world, tmp_path):
    dataset, store = world
    settings = {**TINY, "training.epochs": 12}

    def begin(name):
        return start(train, dataset.root, store.path, tmp_path / name, settings)

    child = begin("cut")
    log = tmp_path / "cut" / "log.jsonl"
    while not (log.exists() and len(read_log(log)) >= 3):
        assert child.is_alive()
        time.sleep(0.002)
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert not (tmp_path / "cut" / "last.safetensors").exists()
    for name in ("cut", "whole"):
        again = begin(name)
        again.join()
        assert again.exitcode == 0
    same_files(tmp_path / "cut", tmp_path / "whole")


@pytest.mark.parametrize(
    "name", [r.name for r in RECIPES.values() if not any(s.seedless for s in r.stages)]
)
def test_every_recipe_trains_resumes_to_the_bit_and_reloads(world, tmp_path, monkeypatch, name):
    prepared = prepare(*world, name, settings=small_settings(name, epochs=2))
    with monkeypatch.context() as patch:
        patch.setattr("seehear.train.graph_file.as_graph", as_graph)  # every recipe has one
        whole = run(prepared, tmp_path / "whole")
    check_graph(whole)
    killed_after(4, monkeypatch, prepared, tmp_path / "cut")
    same_files(whole, run(prepared, tmp_path / "cut"))
    lines = RunFolder(whole).log()
    assert all(np.isfinite(list(line["loss"].values())).all() for line in lines)
    loaded = load_run(whole)
    out = loaded.predict(prepared.val)
    assert out.segment_prob.shape == (8, SEGMENTS, 2, 4)
    assert loaded.about["recipe"] == json.loads(json.dumps(prepared.recipe.to_dict()))


def test_seeds_decide_everything(world, tmp_path):
    prepared = tiny(world)
    folders = [run(prepared, tmp_path / str(i), seed=seed) for i, seed in enumerate((5, 5, 6))]
    same_files(folders[0], folders[1])
    one, other = (load_file(folder / "initial.safetensors") for folder in folders[1:])
    assert any(not torch.equal(one[key], other[key]) for key in one)


def test_torch_is_left_as_it_was_found(world, tmp_path):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    run(tiny(world), tmp_path / "run")
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("system", "case", "lr"),
    [("han", "han", 3e-4), ("lsld", "lsld_audio_visual", 2e-4), ("lsld", "lsld_visual", 2e-4)],
)
def test_one_step_is_the_released_training_step(golden, system, case, lr):
    vectors = golden("train_step")
    net = load_official(system, golden(f"{system}_forward").group("sd/")).train()
    for module in net.modules():
        if isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0

    def given(name):
        return torch.from_numpy(vectors.given(f"{system}/in/{name}"))

    weak = given("label")
    recipe = resolve("han", "paper", {"training.lr": lr, "training.batch": len(weak)})
    artefacts = {}
    if system == "lsld":
        audio = (
            given("segment_label_a")
            if case == "lsld_audio_visual"
            else weak[:, None].expand_as(given("segment_label_a"))
        )
        artefacts["labels"] = {"audio": audio, "visual": given("segment_label_v")}
        recipe = resolve(
            "lsld-release", "release", {"training.lr": lr, "training.batch": len(weak)}
        )
    motion = given("visual_st") if system == "han" else None
    task = loop.TrainingTask(
        recipe=recipe,
        train=Clips(
            tuple(map(str, range(len(weak)))), weak, given("audio"), given("visual"), motion
        ),
        targets=build_targets(recipe.labels, weak, artefacts, given("audio").shape[1]),
        val=None,
        truth=None,
        artefacts={},
        dims={"audio": 4, "visual": 4, "motion": None if motion is None else 4},
        segments=given("audio").shape[1],
        seed=1,
        device=torch.device("cpu"),
    )
    learner = loop.Learner(task)
    learner.nets = {"main": net}
    learner.optimiser = torch.optim.Adam(net.parameters(), lr=lr, fused=True)
    losses = learner.take_step(1, 0, torch.arange(len(weak)))
    for name, loss in zip(("audio", "visual", "video", "total"), losses, strict=True):
        vectors.check(f"{case}/out/loss_{name}", loss, atol=1e-5)
    state = net.state_dict()
    for name in vectors.under(f"{case}/after/"):
        key = f"{case}/after/{name}"
        ours = kept_rows(state[name].numpy(), vectors[key])
        vectors.check(key, ours, atol=2e-6, where=vectors.given(f"{case}/stable/{name}"))
    with torch.no_grad():
        out = net.eval()(given("audio"), given("visual"), motion)
    vectors.check(f"{case}/out_after_step/global_prob", out.clip_prob, atol=1e-4)
    vectors.check(f"{case}/out_after_step/frame_prob", out.segment_prob, atol=1e-4)
    vectors.finish(f"{case}/after/", f"{case}/stable/")


def test_schedules():
    step = Training(epochs=40, batch=16, lr=3e-4, lr_every=10, lr_factor=0.1)
    assert [loop.lr_at(step, epoch) for epoch in (1, 10, 11, 20, 21)] == pytest.approx(
        [3e-4, 3e-4, 3e-5, 3e-5, 3e-6]
    )
    cosine = Training(epochs=12, batch=64, lr=1.0, schedule="cosine", warmup=2, lr_floor=0.1)
    rates = [loop.lr_at(cosine, epoch) for epoch in range(1, 13)]
    assert rates[:3] == pytest.approx([0.55, 1.0, 1.0])
    assert rates[7] == pytest.approx(0.55)  # half of the ten epochs after the warm-up are behind it
    assert rates[2:] == sorted(rates[2:], reverse=True)


def test_selection_rules():
    figures = {
        f"{level}/{name}": value
        for level, shift in (("segment", 0.0), ("event", 0.1))
        for name, value in zip(
            ("audio", "visual", "audio_visual", "type", "event"),
            np.arange(5) / 10 + shift,
            strict=True,
        )
    }
    assert loop.score(figures, "segment/type", 3) == figures["segment/type"]
    assert loop.score(figures, "segment/audio+event/audio", 3) == pytest.approx(0.05)
    assert loop.score(figures, "mean", 3) == pytest.approx(0.25)
    assert loop.score(None, "last", 3) == 3
    with pytest.raises(DataError, match=r"training\.select=last"):
        loop.score(None, "segment/type", 3)


@pytest.mark.parametrize(("ties", "kept"), [("later", 3), ("earlier", 1)])
def test_of_equal_epochs_the_later_or_the_earlier_one_is_kept(world, tmp_path, ties, kept):
    prepared = tiny(
        world, **{"training.ties": ties, "training.lr": 1e-12}
    )  # nothing changes, all epochs are equal
    assert load_run(run(prepared, tmp_path / "run")).about["epoch"] == kept


def test_best_is_the_epoch_that_the_rule_prefers(world, tmp_path):
    prepared = tiny(
        world, **{"training.epochs": 8, "training.lr": 0.01, "training.select": "segment/event"}
    )
    folder = run(prepared, tmp_path / "run")
    scores = [line["val"]["segment/event"] for line in RunFolder(folder).log()]
    about = load_run(folder).about
    assert about["figures"]["segment/event"] == max(scores) == scores[about["epoch"] - 1]


def test_two_copies_serve_the_two_tracks(world, tmp_path):
    prepared = tiny(
        world,
        **{
            "training.epochs": 8,
            "training.lr": 0.01,
            "training.select": "segment/audio",
            "training.select_visual": "segment/visual",
        },
    )
    folder = run(prepared, tmp_path / "run")
    loaded = load_run(folder)
    lines = RunFolder(folder).log()
    for copy, key in (("main", "segment/audio"), ("visual", "segment/visual")):
        entry = loaded.about["copies"][copy]
        assert entry["score"] == max(line["val"][key] for line in lines)
    both = loaded.predict(
        replace(prepared.val, audio=prepared.val.audio.clone(), visual=prepared.val.visual.clone())
    )
    for track, copy in enumerate(("main", "visual")):
        alone = predict({"main": loaded.copies[copy]}, prepared.val, {}, torch.device("cpu"))
        one = predict(loaded.copies, prepared.val, {}, torch.device("cpu"))
        np.testing.assert_array_equal(
            one.segment_prob[:, :, track], alone.segment_prob[:, :, track]
        )
        np.testing.assert_array_equal(one.track_prob[:, track], alone.track_prob[:, track])
    assert both.segment_prob.shape == (8, SEGMENTS, 2, 4)


def test_a_loss_that_is_not_finite_stops_with_one_line(world, tmp_path):
    with pytest.raises(SeehearError, match=r"no longer finite in epoch \d.*lower training.lr"):
        run(tiny(world, **{"training.lr": 1e30}), tmp_path / "run")


def switched(world, **settings):
    """Return the task of a small lsld-plus whose segments have their weak labels."""
    prepared = tiny(world, "lsld-plus", **settings)
    weak = prepared.train.weak
    labels = weak.numpy()[:, None].repeat(SEGMENTS, axis=1)
    arrays = {"labels": {"audio": labels, "visual": labels}}
    return loop.TrainingTask(
        recipe=prepared.recipe,
        train=prepared.train,
        targets=build_targets(prepared.recipe.labels, weak, arrays, SEGMENTS),
        val=prepared.val,
        truth=prepared.truth,
        artefacts={},
        dims=prepared.dims,
        segments=SEGMENTS,
        seed=1,
        device=torch.device("cpu"),
    )


def test_epochs_are_judged_by_the_length_of_a_segment(world, monkeypatch):
    asked = []
    monkeypatch.setattr(loop, "decide", lambda *a, **k: asked.append(k) or decide(*a, **k))
    task = replace(switched(world), step_s=0.5)
    loop.Learner(task)._validate()
    assert [k["step_s"] for k in asked] == [0.5]


def test_mgn_weighs_its_visual_segments(world):
    losses = []
    for balance in (0.0, 0.5):
        targets = switched(world, **{"labels.balance": balance}).targets
        clips, _, classes = targets["visual_segments"].shape
        prob = torch.full((clips, SEGMENTS, 2, classes), 0.3)
        step = SimpleNamespace(out=SimpleNamespace(segment_prob=prob), targets=targets)
        losses.append(float(mgn.visual_segments(step)))
    assert losses[0] != losses[1]


def test_mixed_segments_add_their_loss_and_recombined_clips_double_the_batch(world):
    index = torch.arange(10)
    seen = {}
    for name, settings in {
        "plain": {},
        "mixed": {"training.mix_up": 1.7},
        "recombined": {"training.recombine": True},
    }.items():
        learner = loop.Learner(switched(world, **settings))
        seen[name] = learner._forward(1, 0, index)
    assert seen["plain"].out.mixed_prob is None
    assert len(seen["recombined"].out.clip_prob) == 20
    mixed = seen["mixed"]
    assert mixed.targets["audio_mixed"].shape == mixed.targets["audio_segments"].shape
    terms = {term.name: term.fn for term in RECIPES["lsld-plus"].losses}
    both = terms["audio_segments"](mixed)
    del mixed.targets["audio_mixed"]
    mixed.out = replace(mixed.out, mixed_prob=None)
    assert both > terms["audio_segments"](mixed) > 0


@pytest.mark.parametrize("setting", ["training.mix_up", "training.recombine"])
def test_what_needs_labels_of_segments_is_refused_without(world, setting, tmp_path):
    prepared = tiny(world, "han", **{setting: 1})
    with pytest.raises(ConfigError, match=setting):
        run(prepared, tmp_path / "run")


def test_the_mean_of_the_best_epochs_is_kept_through_an_interruption(world):
    learner = loop.Learner(switched(world, **{"training.average": 2, "training.epochs": 4}))
    states = []

    def epoch(one):
        for _ in one.steps():
            pass
        return one.end_epoch().figures

    figures = []
    for number in range(4):
        figures.append(epoch(learner))
        states.append({k: v.clone() for k, v in learner.nets["main"].state_dict().items()})
        if number == 1:  # goes on in another process
            tensors, counters = learner.state()
            kept, learner = learner.best, loop.Learner(learner.task)
            learner.restore(tensors, json.loads(json.dumps(counters)), kept)
    rule = learner.task.recipe.training.select
    best = sorted(range(4), key=lambda i: (loop.score(figures[i], rule, i), i))[-2:]
    for name, value in learner.best["main"].items():
        torch.testing.assert_close(value, (states[best[0]][name] + states[best[1]][name]) / 2)
    assert learner.counters.best["main"]["epoch"] == best[1] + 1


def test_a_network_that_starts_from_language_is_not_trained_without_it(world):
    task = switched(world)
    options = {**task.recipe.network.options, "from_language": True}
    network = replace(task.recipe.network, options=options)
    asked = replace(task, recipe=replace(task.recipe, network=network))
    with pytest.raises(ConfigError, match="zero-shot"):
        loop.Learner(asked)
    prior = torch.randn(len(task.train), SEGMENTS, 2, 4)
    learner = loop.Learner(replace(asked, train=replace(task.train, prior=prior)))
    assert learner.take_step(1, 0, torch.arange(10)).isfinite().all()
