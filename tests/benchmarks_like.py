"""Small folders in the layouts of LFAV, AVE, VGGSounder and UnAV-100, with their known defects."""

import json
from pathlib import Path


def write_lfav(root: Path) -> Path:
    """LFAV: clips of 12 and 6 s in test; a row without length, a reversed one, an absurd offset."""
    tables = {
        "train_weakly": "aaaaaaaaaa1\tspeech,dog\naaaaaaaaaa2\tpiano\n",
        "train_audio_weakly": "aaaaaaaaaa1\tspeech\naaaaaaaaaa2\tsilent\n",
        "train_visual_weakly": "aaaaaaaaaa1\t dog,speech\naaaaaaaaaa2\tpiano\n",
        "test_weak_av": "tttttttttt1\tspeech,dog\ntttttttttt2\tpiano\n",
        "test_audio_weakly": "tttttttttt1\tspeech\ntttttttttt2\tpiano\n",
        "test_visual_weakly": "tttttttttt1\tspeech,dog\ntttttttttt2\tpiano\n",
    }
    for name, rows in tables.items():
        text = "filename\tevent_labels\n" + rows
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
    header = "filename\tonset\toffset\tevent_labels\n"
    heard = "tttttttttt1\t3\t5\tspeech\ntttttttttt1\t8\t8\tspeech\ntttttttttt1\t9\t2\tspeech\n"
    seen = "tttttttttt1\t0\t11\tdog\ntttttttttt1\t4\t9999\tspeech\ntttttttttt2\t0\t5\tpiano\n"
    (root / "test_audio.csv").write_text(header + heard, encoding="utf-8")
    (root / "test_visual.csv").write_text(header + seen, encoding="utf-8")
    return root


def write_ave(root: Path, *, header: bool = False) -> Path:
    """AVE: three samples of two files, one of them without length."""
    lines = ["Church bell&bbbbbbbbbb1&good&0&10", "Bark&bbbbbbbbbb2&good&2&5"]
    lines.append("Church bell&bbbbbbbbbb2&good&0&0")
    if header:
        lines.insert(0, "Category&VideoID&Quality&StartTime&EndTime")
    (root / "Annotations.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def write_vggsounder(root: Path) -> Path:
    """VGGSounder: two clips, three labels."""
    flags = "background_music,static_image,voice_over"
    rows = 'c_1,"dog, barking",AV,True,False,False\nc_1,music,A,True,False,False\nc_2,car,V,False,'
    text = f"video_id,label,modality,{flags}\n{rows}True,False\n"
    (root / "vggsounder.csv").write_text(text, encoding="utf-8")
    return root


def write_unav(root: Path) -> Path:
    """UnAV-100's layout: two test clips, one event that stands twice, one that ends too late."""
    dog, car = ({"label": name, "label_id": number} for name, number in (("dog", 1), ("car", 0)))
    database = {
        "uuuuuuuuuu1": {
            "subset": "train",
            "duration": 8.0,
            "annotations": [{"segment": [1.0, 4.5], **dog}],
        },
        "vvvvvvvvvv1": {
            "subset": "test",
            "duration": 20.0,
            "annotations": [
                {"segment": [0.0, 10.0], **dog},
                {"segment": [0.0, 10.0005], **dog},
                {"segment": [12.0, 21.5], **car},
            ],
        },
        "vvvvvvvvvv2": {"subset": "test", "duration": 5.2, "annotations": []},
    }
    text = json.dumps({"database": database}, indent=1)
    (root / "unav100_annotations.json").write_text(text, encoding="utf-8")
    return root
