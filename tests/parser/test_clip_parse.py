"""A clip while it is parsed: word of how far it is."""

from fake_scorer import fake, parser


def test_progress_grows_and_shows_the_final_grid(tmp_path):
    clip = fake.make_clip(
        tmp_path / "long.mp4", 35, loudness=[0.9] * 60, colours=[(250, 250, 250)] * 60
    )
    seen = []
    final = parser()(clip, progress=lambda share, so_far: seen.append((share, so_far)))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) == 8  # four pieces a track
    assert all(
        t.grid == final.grid and t.vocabulary == final.vocabulary and t.tracks == final.tracks
        for _, t in seen
    )
    assert [e.end_s for e in seen[0][1].on("audio")] == [10.0]
    assert seen[0][1].on("visual") == ()
    assert seen[-1][1].events == final.events
