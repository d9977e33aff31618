"""Which video belongs to a timeline."""

from pathlib import Path

from seehear.library.media import MediaPlace, base_name, find, refused


def test_media_is_only_found_inside_the_folder(tmp_path: Path) -> None:
    library = tmp_path / "library"
    (library / "sub").mkdir(parents=True)
    (tmp_path / "outside.mp4").touch()
    (library / "a.mp4").touch()
    (library / "notes.txt").touch()
    (library / "link.mp4").symlink_to(tmp_path / "outside.mp4")
    (library / "inner.mp4").symlink_to(library / "a.mp4")
    assert find(library, ("a.mp4",)) == library / "a.mp4"
    assert find(library, ("inner.mp4",)) == library / "a.mp4"
    for name in (
        "../outside.mp4",
        str(tmp_path / "outside.mp4"),
        "link.mp4",
        "notes.txt",
        "sub",
        "",
        "\0.mp4",
        "sub/../../outside.mp4",
        "x" * 5000 + ".mp4",
    ):
        assert find(library, (name,)) is None, name
    assert find(library, ("gone.mp4",), stem="a") == library / "a.mp4"


def test_a_link_out_is_told_and_followed_where_the_user_allows_it(tmp_path: Path) -> None:
    library, archive, other = (tmp_path / name for name in ("library", "archive", "other"))
    for folder in (library, archive, other):
        folder.mkdir()
    (archive / "a.mp4").touch()
    (archive / "blob").touch()  # as content-addressed stores have them
    (other / "b.mp4").touch()
    (other / "secret.txt").touch()
    links = {
        "a.mp4": archive / "a.mp4",
        "blob.mp4": archive / "blob",
        "b.mp4": other / "b.mp4",
        "secret.mp4": other / "secret.txt",
        "gone.mp4": archive / "gone.mp4",
    }
    for name, target in links.items():
        (library / name).symlink_to(target)
    (library / "sub").symlink_to(archive)
    allowed = [archive.resolve()]
    for name in (*links, "sub/a.mp4"):
        assert find(library, (name,)) is None, name
    assert refused(MediaPlace(library, ("a.mp4",))) == archive / "a.mp4"
    assert refused(MediaPlace(library, ("gone.mp4",))) is None
    assert refused(MediaPlace(library, (), "a")) == archive / "a.mp4"
    assert find(library, ("a.mp4",), links=allowed) == archive / "a.mp4"
    assert find(library, ("blob.mp4",), links=allowed) == archive / "blob"
    assert find(library, ("sub/a.mp4",), links=allowed) == archive / "a.mp4"
    for name in ("b.mp4", "secret.mp4", "../archive/a.mp4", str(archive / "a.mp4"), "sub/blob"):
        assert find(library, (name,), links=allowed) is None, name
    for name in ("../archive/a.mp4", str(archive / "a.mp4")):
        assert refused(MediaPlace(library, (name,))) is None, name


def test_a_name_is_the_last_part_however_folders_are_divided() -> None:
    assert base_name("a\\b/c.mp4") == "c.mp4"
