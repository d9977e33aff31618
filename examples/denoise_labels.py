"""From clip labels to segment labels by language: which labels does each second really show?

    python examples/denoise_labels.py

Your features and your text encoder must share a space, as CLIP's do.  Here sentences are bags of
words, and a second's feature is the sentence of what it shows.
"""

import numpy as np

from seehear.labels import lsld

words: dict[str, int] = {}


def encode(texts):
    """Return one vector a text, (K, 32): a bag of its words."""
    out = np.zeros((len(texts), 32), np.float32)
    for row, text in zip(out, texts, strict=True):
        for word in text.lower().split():
            row[words.setdefault(word, len(words))] += 1
    return out


classes = ["Dog", "Speech", "Car"]
descriptions = ["a barking dog", "a talking person", "a driving car"]
weak = np.array([[1, 1, 0]])  # the clip is labelled Dog and Speech; nobody said when
shown = ["a barking dog"] * 4 + ["a barking dog and a talking person"] * 2 + ["other"] * 4
features = encode(shown)[None]  # (clips, segments, dimensions)

print("prompts:", lsld.prompts([0, 1], descriptions))
hard = lsld.denoise(features, weak, encode, descriptions)  # (clips, segments, classes)
for name, row in zip(classes, hard[0].T, strict=True):
    print(f"{name:7} {''.join('#' if on else '.' for on in row)}")
