"""Every released network against the stored outputs of its official implementation."""

from pathlib import Path

import numpy as np
import pytest
import torch

from seehear.losses import clip_bce, segment_bce, smooth
from seehear.nn import load_official
from seehear.nn.han import track_similarity

pytestmark = pytest.mark.shared


class Golden:
    """One file of golden vectors: arrays by key, groups of arrays by prefix, both as float32
    tensors.
    """

    def __init__(self, shared: Path, name: str) -> None:
        self.file = np.load(shared / "golden" / f"{name}.npz", allow_pickle=False)

    def __getitem__(self, key: str) -> torch.Tensor:
        value = torch.from_numpy(self.file[key])
        return value.float() if value.is_floating_point() else value

    def group(self, prefix: str) -> dict[str, torch.Tensor]:
        return {key[len(prefix) :]: self[key] for key in self.file.files if key.startswith(prefix)}


def close(ours: torch.Tensor, golden: torch.Tensor) -> None:
    torch.testing.assert_close(ours.detach(), golden, atol=1e-5, rtol=0)


def forward(net: torch.nn.Module, golden: Golden, **options: object):
    inputs = golden.group("in/")
    with torch.no_grad():
        return net(
            audio=inputs["audio"],
            visual=inputs["visual"],
            motion=inputs.get("visual_st"),
            **options,
        )


def assert_common(out, golden: Golden, prefix: str = "out") -> None:
    close(out.clip_prob, golden[f"{prefix}/global_prob"])
    close(out.track_prob[:, 0], golden[f"{prefix}/a_prob"])
    close(out.track_prob[:, 1], golden[f"{prefix}/v_prob"])
    close(out.segment_prob, golden[f"{prefix}/frame_prob"])


@pytest.mark.parametrize("name", ["han", "lsld", "ma", "jomold", "mm_pyramid"])
def test_common_outputs(shared: Path, name: str) -> None:
    golden = Golden(shared, f"{name}_forward")
    out = forward(load_official(name, golden.group("sd/")), golden)
    assert_common(out, golden)


def test_ma_steps_share_outputs_and_similarities(shared: Path) -> None:
    golden = Golden(shared, "ma_forward")
    out = forward(load_official("ma", golden.group("sd/")), golden)
    for step in ("out", "out_step2", "out_step3"):
        assert_common(out, golden, step)
        close(out.similarity.flatten(0, 1), golden[f"{step}/sims"])
    # the second matrix of step 2: audio as it enters the encoder against visual as it leaves it
    close(
        track_similarity(out.audio_embedding, out.visual_features, 0.2).flatten(0, 1),
        golden["out_step2/sims2"],
    )


@pytest.mark.parametrize(("prefix", "cross"), [("out", True), ("out_noca", False)])
def test_jomold_with_and_without_cross_attention(shared: Path, prefix: str, cross: bool) -> None:
    golden = Golden(shared, "jomold_forward")
    out = forward(load_official("jomold", golden.group("sd/")), golden, cross_attention=cross)
    assert_common(out, golden, prefix)
    close(out.similarity.flatten(0, 1), golden[f"{prefix}/sims"])
    own_second = torch.arange(out.similarity.shape[1]).repeat(
        len(out.similarity)
    )  # the targets of both contrasts
    assert torch.equal(golden["out/mask"].long(), own_second)


@pytest.mark.parametrize(("prefix", "assignment"), [("out", "soft"), ("out_hard", "hard")])
def test_mgn_assignments(shared: Path, prefix: str, assignment: str) -> None:
    golden = Golden(shared, "mgn_forward")
    out = forward(load_official("mgn", golden.group("sd/"), assignment=assignment), golden)
    close(out.clip_prob, golden[f"{prefix}/global_prob"])
    for track, name in enumerate("av"):
        close(out.track_prob[:, track], golden[f"{prefix}/{name}_prob"])
        close(out.segment_prob[:, :, track], golden[f"{prefix}/{name}_frame_prob"])
    close(
        out.class_logits,
        torch.stack([golden[f"{prefix}/aud_cls_prob"], golden[f"{prefix}/vis_cls_prob"]]),
    )


def test_mm_pyramid_reads_visual_as_audio_unless_told_not_to(shared: Path) -> None:
    golden = Golden(shared, "mm_pyramid_forward")
    out = forward(load_official("mm_pyramid", golden.group("sd/"), swap_tracks=False), golden)
    close(out.segment_prob[:, :, 0], golden["out/frame_prob"][:, :, 1])
    close(out.track_prob[:, 1], golden["out/a_prob"])


def test_dhhn_main_network(shared: Path) -> None:
    golden = Golden(shared, "dhhn_forward")
    out = forward(load_official("dhhn", golden.group("sd_hcmn/")), golden)
    assert_common(out, golden, "out_hcmn")
    close(out.audio_embedding, golden["out_hcmn/x_audio"])
    close(out.visual_embedding, golden["out_hcmn/x_visual"])


def test_dhhn_helpers(shared: Path) -> None:
    golden = Golden(shared, "dhhn_forward")
    inputs = golden.group("in/")
    with torch.no_grad():
        heard = load_official("dhhn_audionet", golden.group("sd_audionet/"))(inputs["audio"])
        seen = load_official("dhhn_videonet", golden.group("sd_videonet/"))(
            inputs["visual"], inputs["visual_st"]
        )
    for out, prefix in ((heard, "out_audionet"), (seen, "out_videonet")):
        close(out.track_prob, golden[f"{prefix}/global_prob"])
        close(out.segment_prob, golden[f"{prefix}/frame_prob"])


def test_dhhn_final_parser_of_two_copies(shared: Path) -> None:
    golden = Golden(shared, "dhhn_forward")
    audio_state = golden.group("sd_hcmn/")
    net = load_official(
        "dhhn",
        audio_state,
        video_state_dict={**audio_state, **golden.group("sd_dhhn_video_override/")},
    )
    out, heard, seen = (forward(part, golden) for part in (net, net.audio_net, net.visual_net))
    close(out.track_prob[:, 0], golden["out_dhhn/audio_prob"])
    close(out.track_prob[:, 1], golden["out_dhhn/video_prob"])
    close(heard.segment_prob, golden["out_dhhn/audio_frame_prob"])
    close(seen.segment_prob, golden["out_dhhn/video_frame_prob"])
    assert torch.equal(out.segment_prob[:, :, 0], heard.segment_prob[:, :, 0])
    assert torch.equal(out.segment_prob[:, :, 1], seen.segment_prob[:, :, 1])


def test_ave_own_task(shared: Path) -> None:
    golden = Golden(shared, "ave_forward")
    with torch.no_grad():
        out = load_official("ave", golden.group("sd/"))(
            audio=golden["in/audio"], visual=golden["in/video"]
        )
    close(out.clip_prob, golden["out/video_prob"])
    close(out.segment_score, golden["out/segment_score"])
    close(out.segment_prob, golden["out_supervised/segment_prob"])


# --- one training step

STORED_ROWS = torch.cat([torch.arange(32), torch.arange(512, 544), torch.arange(1024, 1056)])


def stored(name: str, value: torch.Tensor) -> torch.Tensor:
    """Return the rows of a tensor that the file keeps."""
    return value[STORED_ROWS] if name.endswith("in_proj_weight") else value


def step_losses(case: str, golden: Golden, out) -> dict[str, tuple[float, torch.Tensor]]:
    """Return name: (weight, loss) of the official training routine of a case."""
    kind = case.split("_")[0]
    label = golden[f"{kind}/in/label"]
    if kind == "han":
        visual_target = smooth(label, 0.9)
        assert torch.equal(visual_target, golden["han/out/Pv_target"])
        return {
            "audio": (1, clip_bce(out.track_prob[:, 0], label)),
            "visual": (1, clip_bce(out.track_prob[:, 1], visual_target)),
            "video": (1, clip_bce(out.clip_prob, label)),
        }
    audio = (
        golden["lsld/in/segment_label_a"]
        if case == "lsld_audio_visual"
        else label[:, None].expand(-1, 10, -1)
    )
    return {
        "audio": (3, segment_bce(out.segment_prob[:, :, 0], audio)),
        "visual": (1, segment_bce(out.segment_prob[:, :, 1], golden["lsld/in/segment_label_v"])),
        "video": (1, clip_bce(out.clip_prob, label)),
    }


@pytest.mark.parametrize("merged", [False, True], ids=["single", "merged"])
@pytest.mark.parametrize("case", ["han", "lsld_visual", "lsld_audio_visual"])
def test_one_training_step(
    shared: Path, case: str, merged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (
        "attention",
        "embedding",
    ):  # larger batches merge linear maps that follow each other
        monkeypatch.setattr(f"seehear.nn.{module}.pays_to_merge", lambda *_: merged)
    kind = case.split("_")[0]
    golden, start = Golden(shared, "train_step"), Golden(shared, f"{kind}_forward")
    net = load_official(kind, start.group("sd/"), dropout=0.0, visual_dropout=0.0).train()
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-4 if kind == "han" else 2e-4)
    inputs = golden.group(f"{kind}/in/")
    batch = {
        "audio": inputs["audio"],
        "visual": inputs["visual"],
        "motion": inputs.get("visual_st"),
    }

    losses = step_losses(case, golden, net(**batch))
    total = sum(weight * loss for weight, loss in losses.values())
    for name, value in {
        **{name: loss for name, (_, loss) in losses.items()},
        "total": total,
    }.items():
        assert value.item() == pytest.approx(float(golden[f"{case}/out/loss_{name}"]), abs=1e-5)
    total.backward()
    parameters = dict(net.named_parameters())
    gradients = golden.group(f"{case}/grad/")
    assert gradients
    for name, gradient in gradients.items():
        torch.testing.assert_close(
            stored(name, parameters[name].grad), gradient, atol=1e-6, rtol=1e-3
        )
    optimiser.step()
    for name, after in golden.group(f"{case}/after/").items():
        stable = golden[f"{case}/stable/{name}"]
        assert stable.any()
        torch.testing.assert_close(
            stored(name, parameters[name].detach())[stable], after[stable], atol=2e-6, rtol=0
        )

    with torch.no_grad():
        out = net(**batch)
    expected = golden.group(f"{case}/out_after_step/")
    ours = {
        "global_prob": out.clip_prob,
        "a_prob": out.track_prob[:, 0],
        "v_prob": out.track_prob[:, 1],
        "frame_prob": out.segment_prob,
    }
    for name, value in ours.items():
        torch.testing.assert_close(value, expected[name], atol=1e-4, rtol=0)
