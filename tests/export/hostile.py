"""A timeline made to break writers, for the tests of many formats."""

from seehear.time import Event, MediaFile, TimeGrid, Timeline, Track

LABELS = (
    'Dog, "big"',
    "two\nlines",
    "a & b <c>",
    "tab\there",
    "emoji 🐕‍🦺",
    "Straße",
    "a|b",
    "=1+1",
)


def hostile(rate: float | None = 25.0, start: str | None = "01:00:00:00") -> Timeline:
    """Return a clip of 10 s with overlaps, an event of no length to a frame, one beyond each end,
    and one that is heard and seen for a part of it.
    """
    events = []
    for i, label in enumerate(LABELS):
        track = (Track.AUDIO, Track.VISUAL)[i % 2]
        events.append(Event(i / 2, i / 2 + 1.24, track, label, round(0.3 + i / 50, 2)))
    events += [
        Event(4.0, 4.0001, Track.AUDIO, "Straße", None, "added"),
        Event(-1.0, 0.4, Track.VISUAL, "a & b <c>", 0.5),
        Event(9.0, 12.0, Track.AUDIO, "a & b <c>", 0.5),
        Event(5.0, 8.0, Track.AUDIO, "emoji 🐕‍🦺", 0.7),
        Event(6.0, 9.0, Track.VISUAL, "emoji 🐕‍🦺", 0.8),
        Event(6.0, 8.0, Track.AUDIO_VISUAL, "emoji 🐕‍🦺", 0.6),
    ]
    media = MediaFile("my clip ü.mp4", 1, "sha256:0", 10.0, rate, start)
    return Timeline(
        "my clip ü.mp4", 10.0, TimeGrid.covering(10.0), LABELS, tuple(events), media=media
    )
