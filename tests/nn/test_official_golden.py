"""Every released network against the stored outputs of its official implementation."""

import inspect
from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from golden import Vectors, kept_rows
from seehear.losses import clip_bce, segment_bce, smooth
from seehear.nn import Output, load_official
from seehear.nn.han import track_similarity

pytestmark = pytest.mark.shared

Reader = Callable[[str], Vectors]
ATOL = 1e-5  # of network outputs in float32


def tensors(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, Tensor]:
    return {key: torch.from_numpy(array) for key, array in arrays.items()}


def batch(vectors: Vectors, prefix: str = "in/") -> dict[str, Tensor]:
    """Return the inputs of a file under the names that our networks give them."""
    names = {"audio": "audio", "visual": "visual", "visual_st": "motion"}
    given = {ours: prefix + theirs for theirs, ours in names.items() if prefix + theirs in vectors}
    return {ours: torch.from_numpy(vectors.given(key)) for ours, key in given.items()}


def released(name: str, vectors: Vectors, prefix: str = "sd/", **options: object) -> nn.Module:
    return load_official(name, tensors(vectors.group(prefix)), **options)


def check(vectors: Vectors, prefix: str, **ours: Tensor) -> None:
    for name, value in ours.items():
        vectors.check(f"{prefix}/{name}", value.detach(), atol=ATOL)


def check_common(vectors: Vectors, prefix: str, out: Output) -> None:
    check(
        vectors,
        prefix,
        global_prob=out.clip_prob,
        a_prob=out.track_prob[:, 0],
        v_prob=out.track_prob[:, 1],
        frame_prob=out.segment_prob,
    )


def own_second(out: Output) -> NDArray[np.int64]:
    """Return the targets of the contrasts: each audio segment belongs to the visual one of its
    second.
    """
    assert out.similarity is not None
    clips, segments, _ = out.similarity.shape
    return np.tile(np.arange(segments), clips)


@pytest.mark.parametrize("name", ["han", "lsld", "mm_pyramid"])
@torch.no_grad()
def test_common_outputs(golden: Reader, name: str) -> None:
    vectors = golden(f"{name}_forward")
    check_common(vectors, "out", released(name, vectors)(**batch(vectors)))
    vectors.finish()


@torch.no_grad()
def test_ma_steps_share_outputs_and_similarities(golden: Reader) -> None:
    vectors = golden("ma_forward")
    net = released("ma", vectors)
    out = net(**batch(vectors))
    for step in ("out", "out_step2", "out_step3"):
        check_common(vectors, step, out)
        check(vectors, step, sims=out.similarity.flatten(0, 1))
    vectors.check("out/mask", own_second(out))
    # the second matrix of step 2: audio as it enters the encoder against visual as it leaves it
    second = track_similarity(out.audio_embedding, out.visual_features, 0.2)
    check(vectors, "out_step2", sims2=second.flatten(0, 1))
    # the release takes another clip's audio as well, which changes nothing: ours does without
    assert vectors.given("in/audio2").shape == vectors["in/audio"].shape
    assert "audio2" not in inspect.signature(net.forward).parameters
    vectors.finish()


@torch.no_grad()
def test_jomold_with_and_without_cross_attention(golden: Reader) -> None:
    vectors = golden("jomold_forward")
    net = released("jomold", vectors)
    for prefix, cross in (("out", True), ("out_noca", False)):
        out = net(**batch(vectors), cross_attention=cross)
        check_common(vectors, prefix, out)
        check(vectors, prefix, sims=out.similarity.flatten(0, 1))
    vectors.check("out/mask", own_second(out))
    vectors.finish()


@torch.no_grad()
def test_mgn_assignments(golden: Reader) -> None:
    vectors = golden("mgn_forward")
    for prefix, assignment in (("out", "soft"), ("out_hard", "hard")):
        out = released("mgn", vectors, assignment=assignment)(**batch(vectors))
        check(
            vectors,
            prefix,
            global_prob=out.clip_prob,
            a_prob=out.track_prob[:, 0],
            v_prob=out.track_prob[:, 1],
            a_frame_prob=out.segment_prob[:, :, 0],
            v_frame_prob=out.segment_prob[:, :, 1],
            aud_cls_prob=out.class_logits[0],
            vis_cls_prob=out.class_logits[1],
        )
    vectors.finish()


@torch.no_grad()
def test_mm_pyramid_reads_visual_as_audio_unless_told_not_to(golden: Reader) -> None:
    vectors = golden("mm_pyramid_forward")
    out = released("mm_pyramid", vectors, swap_tracks=False)(**batch(vectors))
    frames = vectors["out/frame_prob"]
    np.testing.assert_allclose(out.segment_prob[:, :, 0], frames[:, :, 1], atol=ATOL)
    np.testing.assert_allclose(out.track_prob[:, 1], vectors["out/a_prob"], atol=ATOL)


@torch.no_grad()
def test_dhhn_main_network_helpers_and_final_parser(golden: Reader) -> None:
    vectors = golden("dhhn_forward")
    inputs = batch(vectors)

    main = released("dhhn", vectors, "sd_hcmn/")(**inputs)
    check_common(vectors, "out_hcmn", main)
    check(vectors, "out_hcmn", x_audio=main.audio_embedding, x_visual=main.visual_embedding)

    heard = released("dhhn_audionet", vectors, "sd_audionet/")(inputs["audio"])
    seen = released("dhhn_videonet", vectors, "sd_videonet/")(inputs["visual"], inputs["motion"])
    for prefix, out in (("out_audionet", heard), ("out_videonet", seen)):
        check(vectors, prefix, global_prob=out.track_prob, frame_prob=out.segment_prob)

    state = tensors(vectors.group("sd_hcmn/"))
    override = tensors(vectors.group("sd_dhhn_video_override/"))
    net = load_official("dhhn", state, video_state_dict={**state, **override})
    both, heard, seen = net(**inputs), net.audio_net(**inputs), net.visual_net(**inputs)
    check(
        vectors,
        "out_dhhn",
        audio_prob=both.track_prob[:, 0],
        video_prob=both.track_prob[:, 1],
        audio_frame_prob=heard.segment_prob,
        video_frame_prob=seen.segment_prob,
    )
    assert torch.equal(both.segment_prob[:, :, 0], heard.segment_prob[:, :, 0])
    assert torch.equal(both.segment_prob[:, :, 1], seen.segment_prob[:, :, 1])
    vectors.finish()


@torch.no_grad()
def test_ave_own_task(golden: Reader) -> None:
    vectors = golden("ave_forward")
    audio, regions = (torch.from_numpy(vectors.given(f"in/{name}")) for name in ("audio", "video"))
    out = released("ave", vectors)(audio=audio, visual=regions)
    check(vectors, "out", video_prob=out.clip_prob, segment_score=out.segment_score)
    check(vectors, "out_supervised", segment_prob=out.segment_prob)
    vectors.finish()


# --- one training step


def step_losses(case: str, vectors: Vectors, out: Output) -> dict[str, tuple[float, Tensor]]:
    """Return name: (weight, loss) of the official training routine of a case."""
    system = case.split("_")[0]
    given = tensors(vectors.group(f"{system}/in/"))
    label = given["label"]
    if system == "han":
        visual_target = smooth(label, 0.9)
        vectors.check("han/out/Pv_target", visual_target)
        return {
            "audio": (1, clip_bce(out.track_prob[:, 0], label)),
            "visual": (1, clip_bce(out.track_prob[:, 1], visual_target)),
            "video": (1, clip_bce(out.clip_prob, label)),
        }
    audio = given["segment_label_a"]
    if case == "lsld_visual":  # denoised on the visual side only
        audio = label[:, None].expand_as(audio)
    return {
        "audio": (3, segment_bce(out.segment_prob[:, :, 0], audio)),
        "visual": (1, segment_bce(out.segment_prob[:, :, 1], given["segment_label_v"])),
        "video": (1, clip_bce(out.clip_prob, label)),
    }


def train_one_step(case: str, vectors: Vectors, weights: Vectors) -> None:
    """Check losses, gradients, updated parameters and the outputs after one step."""
    system = case.split("_")[0]
    net = released(system, weights, dropout=0.0, visual_dropout=0.0).train()
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-4 if system == "han" else 2e-4)
    inputs = batch(vectors, f"{system}/in/")

    losses = step_losses(case, vectors, net(**inputs))
    total = sum(weight * loss for weight, loss in losses.values())
    check(vectors, f"{case}/out", loss_total=total)
    for name, (_, loss) in losses.items():
        check(vectors, f"{case}/out", **{f"loss_{name}": loss})

    total.backward()
    parameters = dict(net.named_parameters())
    for name in vectors.under(f"{case}/grad/"):
        key = f"{case}/grad/{name}"
        gradient = kept_rows(parameters[name].grad.numpy(), vectors[key])
        vectors.check(key, gradient, atol=1e-6, rtol=1e-3)
    optimiser.step()
    for name in vectors.under(f"{case}/after/"):
        key = f"{case}/after/{name}"
        after = kept_rows(parameters[name].detach().numpy(), vectors[key])
        vectors.check(key, after, atol=2e-6, where=vectors.given(f"{case}/stable/{name}"))

    with torch.no_grad():
        out = net(**inputs)
    ours = {
        "global_prob": out.clip_prob,
        "a_prob": out.track_prob[:, 0],
        "v_prob": out.track_prob[:, 1],
        "frame_prob": out.segment_prob,
    }
    for name, value in ours.items():
        vectors.check(f"{case}/out_after_step/{name}", value, atol=1e-4)


@pytest.mark.parametrize("merged", [False, True], ids=["single", "merged"])
def test_one_training_step(golden: Reader, merged: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("attention", "embedding"):  # larger batches merge maps that follow each other
        monkeypatch.setattr(f"seehear.nn.{module}.pays_to_merge", lambda *_: merged)
    vectors = golden("train_step")
    for case in ("han", "lsld_visual", "lsld_audio_visual"):
        train_one_step(case, vectors, golden(f"{case.split('_')[0]}_forward"))
    elsewhere = {key for key in vectors if key.startswith("given/")}  # tests/losses
    vectors.finish(*(set(vectors) - elsewhere))
