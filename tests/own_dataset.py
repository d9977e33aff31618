"""A small dataset folder of our own form, written for a test."""

from pathlib import Path

TOML = """name = "mine"
[grid]
count = 4
step_s = 0.5
[vocabulary]
Dog = "a barking dog"
Cat = "a cat"
[splits.train]
clips = "train.csv"
[splits.test]
clips = "test.csv"
audio = "audio.csv"
visual = "visual.csv"
"""


TRUTH = "filename\tonset\toffset\tevent_labels\n"


def write(root: Path, **files: str) -> Path:
    """Write the folder; `audio_csv="..."` stands for the text of `audio.csv`."""
    texts = {
        "dataset.toml": TOML,
        "train.csv": "filename\tevent_labels\na\tDog\n-b_0_2\tDog,Cat\n",
        "test.csv": "filename\tevent_labels\nc\tCat\n",
        "audio.csv": TRUTH + "c\t0.5\t1.0\tCat\n",
        "visual.csv": TRUTH,
    }
    for key, text in files.items():
        texts[key.replace("_", ".")] = text
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return root
