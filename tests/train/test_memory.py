"""How much memory there is: a machine's, or a container's where that is less."""

from seehear.train import memory


def test_a_container_with_less_memory_than_the_machine_counts(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_LIMIT", limit)
    machine = memory.memory_bytes()
    for text, expected in (("max\n", machine), ("1000\n", 1000), (f"{machine + 1}\n", machine)):
        limit.write_text(text)
        assert memory.memory_bytes() == expected
    limit.write_text("1000")
    assert memory.fits_in_memory(500)
    assert not memory.fits_in_memory(501)
    monkeypatch.setattr(memory, "memory_bytes", lambda: None)
    assert memory.fits_in_memory(10**15)
