"""What lies in a library and counts as a timeline."""

from pathlib import Path

from seehear.library.scan import Scan


def test_files_of_all_subfolders_but_hidden_ones_and_what_is_none_is_told(tmp_path: Path) -> None:
    for name in ("a", "sub/b", ".hidden/c"):
        path = tmp_path / f"{name}.timeline.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    (tmp_path / "notes.txt").write_text("no timeline")
    (tmp_path / "link.timeline.json").symlink_to(tmp_path / "a.timeline.json")
    (tmp_path / "elsewhere").symlink_to(tmp_path / "sub")
    scan = Scan(tmp_path)
    found = dict(scan.files())
    assert sorted(found) == ["a.timeline.json", "sub/b.timeline.json"]
    assert found["a.timeline.json"][1] == 2  # bytes
    assert [line.split(": ", 1)[1] for line in scan.failed] == [
        "expected a timeline file, got a link, and links are not followed"
    ]
    assert "there are timelines behind elsewhere" in scan.notes()[0]
