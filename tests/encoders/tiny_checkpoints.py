"""Checkpoints of CLIP, SigLIP 2 and CLAP with the true shapes at both ends and next to nothing
between: random weights, saved to disk the way the released ones lie on a hub."""

import json

import torch
import transformers as tr
from tokenizers import Tokenizer, models, pre_tokenizers, processors

WORDS = ["dog", "cat", "a", "photo", "of", "playing", "and", "sound", "the"]


def save(net, folder):
    """Save a network with every weight drawn anew, so that none is zero or one by its
    initialisation.
    """
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2)
    net.save_pretrained(folder)
    return net.eval()


def clip(folder, *, patch=16, act="quick_gelu", projection=512):
    tiny = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "hidden_act": act,
        "projection_dim": projection,
    }
    config = tr.CLIPConfig(
        text_config={
            **tiny,
            "vocab_size": 600,
            "max_position_embeddings": 77,
            "bos_token_id": 598,
            "eos_token_id": 2,
        },
        vision_config={**tiny, "image_size": 224, "patch_size": patch},
        projection_dim=projection,
    )
    net = save(tr.CLIPModel(config), folder)
    clip_tokenizer().save_pretrained(folder)
    tr.CLIPImageProcessorPil().save_pretrained(folder)
    return net


def clip_tokenizer():
    letters = [chr(i) for i in range(33, 127)]
    vocab = {
        letter: i for i, letter in enumerate([*letters, *(f"{letter}</w>" for letter in letters)])
    }
    for i, word in enumerate(WORDS):
        vocab.setdefault(f"{word}</w>", 300 + i)
    merges = [("d", "o"), ("do", "g</w>"), ("c", "a"), ("ca", "t</w>")]
    vocab |= {
        "do": 400,
        "ca": 401,
        "dog</w>": 402,
        "cat</w>": 403,
        "<|startoftext|>": 598,
        "<|endoftext|>": 599,
    }
    return tr.CLIPTokenizer(vocab=vocab, merges=merges)


def siglip2(folder):
    tiny = {
        "hidden_size": 768,
        "intermediate_size": 48,
        "num_hidden_layers": 1,
        "num_attention_heads": 4,
    }
    config = tr.SiglipConfig(
        text_config={**tiny, "vocab_size": 64, "max_position_embeddings": 64},
        vision_config={**tiny, "image_size": 224, "patch_size": 16},
    )
    net = save(tr.SiglipModel(config), folder)
    vocab = {
        token: i
        for i, token in enumerate(
            ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *"abcdefghijklmnopqrstuvwxyz"]
        )
    }
    tokenizer = tr.Siglip2Tokenizer(vocab=vocab, merges=[], padding_side="right")
    tokenizer.save_pretrained(folder)
    tr.SiglipImageProcessorPil(resample=2).save_pretrained(folder)
    return net, tokenizer


def clap(folder, *, fusion=False):
    config = tr.ClapConfig(
        text_config={
            "vocab_size": 40,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 48,
            "max_position_embeddings": 40,
            "projection_dim": 512,
        },
        audio_config={
            "patch_embeds_hidden_size": 16,
            "hidden_size": 128,
            "depths": [1, 1, 1, 1],
            "num_attention_heads": [2, 2, 2, 2],
            "num_hidden_layers": 4,
            "window_size": 8,
            "spec_size": 256,
            "enable_fusion": fusion,
            "projection_dim": 512,
        },
        projection_dim=512,
    )
    net = save(tr.ClapModel(config), folder)
    for module in net.modules():  # a running variance below zero has no root
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.fill_(-30.0)
            module.running_var.fill_(400.0)
    net.save_pretrained(folder)
    vocab = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *WORDS])}
    words = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer = tr.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", unk_token="<unk>"
    )
    tokenizer.save_pretrained(folder)
    extractor = tr.ClapFeatureExtractor(
        frequency_min=50, frequency_max=14000, truncation="rand_trunc", padding="repeatpad"
    )
    extractor.save_pretrained(folder)
    return net, tokenizer, extractor


def fetch(patch, id_, folder):
    """Bring a tiny checkpoint into the cache as the released one would come, but for the released
    hashes.
    """
    import dataclasses
    import hashlib

    from seehear.cli.main import main
    from seehear.weights import WEIGHTS

    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in (
            "config.json",
            "model.safetensors",
            "preprocessor_config.json",
            "tokenizer.json",
        )
    }
    patch.setitem(WEIGHTS, id_, dataclasses.replace(WEIGHTS[id_], files=files))
    assert main(["models", "fetch", id_, "--from", str(folder)]) == 0


def edit_json(path, **changes):
    """Change values of a JSON file; a name with dots goes into inner objects."""
    data = json.loads(path.read_text())
    for name, value in changes.items():
        *way, last = name.split("__")
        inner = data
        for step in way:
            inner = inner[step]
        inner[last] = value
    path.write_text(json.dumps(data))
