"""A small folder of tables named like LLP's, with LLP's kinds of damage in it."""

from pathlib import Path

FILES = {
    "AVVP_train.csv": (
        "filename\tevent_labels\n-ab_c-d_EF0_101.8_111.8\tSpeech,Dog\nAAAAAAAAAA1_0_10\tCar\n"
    ),
    "AVVP_val_pd.csv": (
        "filename\tevent_labels\n19jWnmYnlD8_30_40\tSpeech\n_BBBBBBBBB2_5_15\tDog,Cat\n"
    ),
    "AVVP_test_pd.csv": (
        "filename\tevent_labels\n1-VMTJRpjbE_150_160\tDog\nCCCCCCCCCC3_0_10\tClapping,Clapping\n"
        "JfZEqeLZqWk_30_40\tSpeech\n"
    ),
    "AVVP_eval_audio.csv": (
        "filename\tonset\toffset\tevent_labels\n"
        "_BBBBBBBBB2_5_15\t0\t4\tDog\n"  # 2
        "_BBBBBBBBB2_5_15\t2\t6\tDog\n"  # 3 overlaps
        "_BBBBBBBBB2_5_15\t6\t7\tDog\n"  # 4 touches
        "_BBBBBBBBB2_5_15\t6\t7\tDog\n"  # 5 stands twice
        "_BBBBBBBBB2_5_15\t9\t9\tCat\n"  # 6 empty
        "_BBBBBBBBB2_5_15\t9\t0\tCat\n"  # 7 reversed
        "19jWnmYnlD8_30_400\t0\t10\tSpeech\n"  # 8 damaged name of a val clip
        "12eWNawPekw_30_40\t0\t10\tSpeech\n"  # 9 some other video
        "JfZEqeLZqWk_30_40\t0\t4\tSpeech\n"  # 10 misnamed in the older table
        "CCCCCCCCCC3_0_10\t1\t2\tCheering\n"
    ),  # 11 not in the weak label
    "AVVP_eval_visual.csv": (
        "filename\tonset\toffset\tevent_labels\n"
        "VMTJRpjbE_150_160\t0\t10\tDog\n"  # 2 damaged name of a test clip
        "_BBBBBBBBB2_5_15\t3\t10\tCat\n"
    ),
}


def write_llp(root: Path, **changed: str) -> Path:
    """Write the tables into `root`, some with other content (`audio="..."`), and return it."""
    root.mkdir(parents=True, exist_ok=True)
    short = {
        "train": "AVVP_train.csv",
        "val": "AVVP_val_pd.csv",
        "test": "AVVP_test_pd.csv",
        "audio": "AVVP_eval_audio.csv",
        "visual": "AVVP_eval_visual.csv",
    }
    for name, text in (FILES | {short[key]: text for key, text in changed.items()}).items():
        (root / name).write_text(text, encoding="utf-8")
    return root
