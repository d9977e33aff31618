"""HAN: its layer, how layers stack, and what its options promise."""

import torch
from torch import nn

from seehear.nn.han import HybridLayer
from small_networks import batch, random, small


def test_hybrid_layer_is_the_equation() -> None:
    torch.manual_seed(0)
    layer = HybridLayer(8, 1, 12, 0.1).eval()
    x, other = random(2, 4, 8), random(2, 4, 8, seed=1)
    z = layer.norm1(x + layer.cm_attn(x, other) + layer.self_attn(x, x))
    expected = layer.norm2(z + layer.linear2(torch.relu(layer.linear1(z))))
    torch.testing.assert_close(layer(x, other), expected)


def test_repeated_stacking_counts_the_last_layer_only() -> None:
    def run(**options) -> torch.Tensor:
        net = small("han", layers=2, **options).eval()
        torch.manual_seed(3)
        for parameter in net.hat_encoder.layers[0].parameters():
            nn.init.normal_(parameter)
        return net(**batch()).segment_prob

    repeated, chained, audio_first = (
        run(stacking=stacking) for stacking in ("repeat", "chain", "audio_first")
    )
    single = (
        small("han", layers=1).eval()(**batch()).segment_prob
    )  # equal to the second layer: stacks start as copies
    assert torch.equal(repeated, single)
    assert not torch.allclose(chained, repeated, atol=1e-3)
    assert not torch.allclose(chained, audio_first, atol=1e-3)
    torch.testing.assert_close(
        small("han", stacking="repeat").eval()(**batch()).segment_prob,
        small("han", stacking="chain").eval()(**batch()).segment_prob,
    )


def test_audio_first_lets_visual_see_the_updated_audio() -> None:
    encoder = small("han", stacking="audio_first").eval().hat_encoder
    audio, visual = torch.randn(2, 6, 16), torch.randn(2, 6, 16)
    layer = encoder.layers[0]
    new_audio = layer(audio, visual)
    updated = encoder(audio, visual)
    torch.testing.assert_close(updated[0], new_audio)
    torch.testing.assert_close(updated[1], layer(visual, new_audio))


def test_without_cross_attention_tracks_do_not_mix() -> None:
    net, inputs = small("jomold").eval(), batch()
    other = {**inputs, "visual": torch.randn_like(inputs["visual"])}
    apart = [net(**x, cross_attention=False).segment_prob[:, :, 0] for x in (inputs, other)]
    mixed = [net(**x).segment_prob[:, :, 0] for x in (inputs, other)]
    assert torch.equal(*apart)
    assert not torch.allclose(*mixed, atol=1e-4)


def test_attention_to_the_other_track_may_be_a_share() -> None:
    torch.manual_seed(0)
    layer = HybridLayer(8, 1, 12, 0.1).eval()
    x, other = random(2, 4, 8), random(2, 4, 8, seed=1)
    z = layer.norm1(x + 0.3 * layer.cm_attn(x, other) + layer.self_attn(x, x))
    expected = layer.norm2(z + layer.linear2(torch.relu(layer.linear1(z))))
    torch.testing.assert_close(layer(x, other, 0.3), expected)
    for name in ("han", "ma", "jomold", "lsld"):
        motion = None if name == "lsld" else 9
        net, given = small(name, motion_dim=motion).eval(), batch(motion=motion is not None)
        for words, number in ((True, 1.0), (False, 0.0)):
            said, counted = (net(**given, cross_attention=x).segment_prob for x in (words, number))
            assert torch.equal(said, counted)


def test_visual_dropout_touches_visual_features_only() -> None:
    net = small("jomold", dropout=0.0, visual_dropout=0.9).train()
    first, second = net(**batch()), net(**batch())
    assert torch.equal(first.segment_prob[:, :, 0], second.segment_prob[:, :, 0])
    assert not torch.equal(first.segment_prob[:, :, 1], second.segment_prob[:, :, 1])
    assert torch.equal(first.similarity, second.similarity)


def test_similarity_compares_what_the_system_says() -> None:
    for name, against in (("ma", "visual_embedding"), ("jomold", "visual_features")):
        out = small(name).eval()(**batch())
        expected = (
            torch.cosine_similarity(
                out.audio_features[:, :, None], getattr(out, against)[:, None], dim=-1
            )
            / 0.2
        )
        torch.testing.assert_close(out.similarity, expected)
    assert small("han").eval()(**batch()).similarity is None


def test_untrained_a_network_that_starts_from_language_says_what_language_says() -> None:
    net, inputs = small("lsld", motion_dim=None, from_language=True), batch(motion=False)
    said = random(3, 6, 2, 5, seed=2)
    assert net.takes_prior
    out = net.eval()(**inputs, prior=said)
    torch.testing.assert_close(out.segment_prob, torch.sigmoid(said))
    with torch.no_grad():
        net.language_weight[:] = torch.tensor([2.0, 0.5])
    out = net(**inputs, prior=said)
    torch.testing.assert_close(out.segment_prob[:, :, 1], torch.sigmoid(0.5 * said[:, :, 1]))
    assert not small("lsld", motion_dim=None).takes_prior


def test_language_is_left_out_for_whole_clips_and_in_training_only() -> None:
    net = small("lsld", motion_dim=None, from_language=True, language_dropout=0.5).train()
    inputs = batch(motion=False, clips=40)
    said = torch.full((40, 6, 2, 5), 3.0)
    high = net(**inputs, prior=said).segment_prob > 0.9
    kept = high.flatten(1).all(dim=1)
    assert 5 < int(kept.sum()) < 35
    assert not high[~kept].any()
    assert bool((net.eval()(**inputs, prior=said).segment_prob > 0.9).all())
