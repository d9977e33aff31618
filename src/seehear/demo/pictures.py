"""Drawn pictures of things that an ImageNet network recognises.

Each drawing takes a random generator and returns an RGB image of `SIZE` x `SIZE`; two calls never give the same
picture (colours, place, size and details vary), so that a network cannot learn them by heart.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

SIZE = 256
_SCALE = 3  # drawn larger and shrunk: smooth edges
_SIDE = SIZE * _SCALE

Colour = tuple[int, int, int]
Drawing = Callable[[np.random.Generator], NDArray[np.uint8]]


def _canvas(rng: np.random.Generator, low: int, high: int) -> Image.Image:
    """Return a soft two-colour gradient with a little grain, brightness between `low` and `high`."""
    top, bottom = rng.integers(low, high, (2, 3))
    ramp = np.linspace(0, 1, _SIDE)[:, None, None]
    pixels = np.broadcast_to(top * (1 - ramp) + bottom * ramp, (_SIDE, _SIDE, 3))
    return Image.fromarray((pixels + rng.normal(0, 3, (_SIDE, _SIDE, 1))).clip(0, 255).astype(np.uint8))


def _finish(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def _at(centre: tuple[float, float], angle: float, radius: float) -> tuple[float, float]:
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def _box(centre: tuple[float, float], rx: float, ry: float | None = None) -> tuple[float, float, float, float]:
    ry = rx if ry is None else ry
    return centre[0] - rx, centre[1] - ry, centre[0] + rx, centre[1] + ry


def _place(rng: np.random.Generator, spread: float = 0.06) -> tuple[float, float]:
    x, y = _SIDE * (0.5 + rng.uniform(-spread, spread, 2))
    return float(x), float(y)


def clock(rng: np.random.Generator) -> NDArray[np.uint8]:
    """An analogue wall clock."""
    image = _canvas(rng, 120, 230)
    draw = ImageDraw.Draw(image)
    centre, radius = _place(rng), _SIDE * rng.uniform(0.34, 0.42)
    rim = tuple(int(v) for v in rng.integers(10, 110, 3))
    draw.ellipse(_box((centre[0] + 12, centre[1] + 16), radius * 1.1), fill=(70, 70, 70))
    draw.ellipse(_box(centre, radius * 1.1), fill=rim)
    draw.ellipse(_box(centre, radius), fill=(250, 249, 243))
    for tick in range(60):
        angle, long = tick * math.pi / 30, tick % 5 == 0
        inner = radius * (0.82 if long else 0.9)
        draw.line(
            [_at(centre, angle, inner), _at(centre, angle, radius * 0.95)], fill=(15, 15, 15), width=12 if long else 4
        )
    for hour in range(1, 13):
        x, y = _at(centre, hour * math.pi / 6, radius * 0.68)
        draw.text((x, y), str(hour), fill=(15, 15, 15), anchor="mm", font_size=int(radius * 0.2))
    minute, hour_angle = rng.uniform(0, 2 * math.pi, 2)
    draw.line([centre, _at(centre, hour_angle, radius * 0.5)], fill=(10, 10, 10), width=22)
    draw.line([centre, _at(centre, minute, radius * 0.78)], fill=(10, 10, 10), width=14)
    draw.line([centre, _at(centre, rng.uniform(0, 6.28), radius * 0.85)], fill=(190, 20, 20), width=5)
    draw.ellipse(_box(centre, 18), fill=(10, 10, 10))
    return _finish(image)


def traffic_light(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A traffic light on its post against the sky."""
    image = _canvas(rng, 150, 235)
    draw = ImageDraw.Draw(image)
    (x, y), height = _place(rng), _SIDE * rng.uniform(0.62, 0.74)
    width = height * 0.4
    draw.rectangle((x - 18, y, x + 18, _SIDE), fill=(60, 60, 62))
    body = tuple(int(v) for v in np.array([28, 30, 30]) + rng.integers(0, 16))
    draw.rounded_rectangle(
        (x - width / 2, y - height / 2, x + width / 2, y + height / 2), 46, fill=body, outline=(8, 8, 8), width=8
    )
    lit = int(rng.integers(3))
    colours = [(235, 35, 25), (250, 180, 20), (40, 215, 90)]
    for lamp, colour in enumerate(colours):
        centre = (x, y + (lamp - 1) * height * 0.31)
        draw.pieslice(_box((centre[0], centre[1] - 8), width * 0.4), 180, 360, fill=(5, 5, 5))
        shade = colour if lamp == lit else tuple(v // 4 for v in colour)
        draw.ellipse(_box(centre, width * 0.33), fill=shade)
        if lamp == lit:
            draw.ellipse(_box(centre, width * 0.2), fill=tuple(min(255, v + 50) for v in colour))
    return _finish(image)


def balloon(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A bunch of balloons on strings against the sky."""
    image = _canvas(rng, 170, 240)
    draw = ImageDraw.Draw(image)
    x, y = _place(rng)
    knot = (x, _SIDE * 0.96)
    for _ in range(int(rng.integers(5, 9))):
        cx, cy = x + rng.uniform(-0.28, 0.28) * _SIDE, y - _SIDE * rng.uniform(-0.08, 0.28)
        radius = _SIDE * rng.uniform(0.11, 0.15)
        colour = [(225, 40, 50), (40, 110, 225), (250, 200, 40), (60, 180, 90), (200, 70, 190), (250, 120, 40)][
            int(rng.integers(6))
        ]
        draw.line([(cx, cy + radius * 1.2), knot], fill=(90, 90, 90), width=4)
        draw.ellipse(
            _box((cx, cy), radius, radius * 1.2), fill=colour, outline=tuple(int(v * 0.8) for v in colour), width=4
        )
        draw.polygon(
            [(cx, cy + radius * 1.15), (cx - 16, cy + radius * 1.32), (cx + 16, cy + radius * 1.32)], fill=colour
        )
        shine = (cx - radius * 0.35, cy - radius * 0.5)
        draw.ellipse(_box(shine, radius * 0.17, radius * 0.28), fill=tuple(v + (255 - v) * 2 // 3 for v in colour))
    return _finish(image)


def candle(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A burning candle in the dark."""
    image = _canvas(rng, 8, 40)
    x, y = _place(rng)
    width, top = _SIDE * rng.uniform(0.07, 0.11), y - _SIDE * 0.02
    glow = Image.new("RGB", image.size)
    ImageDraw.Draw(glow).ellipse(_box((x, top - _SIDE * 0.12), _SIDE * 0.33), fill=(120, 62, 12))
    glow = glow.filter(ImageFilter.GaussianBlur(_SIDE * 0.09))
    image = Image.fromarray(np.maximum(np.asarray(image), np.asarray(glow)))
    draw = ImageDraw.Draw(image)
    wax = np.array([238, 226, 196]) - rng.integers(0, 40, 3)
    for step in range(40):  # a round body: darker towards its sides
        part = step / 39 * 2 - 1
        shade = tuple(int(v) for v in wax * (1 - 0.55 * abs(part) ** 2))
        draw.rectangle((x + part * width, top, x + part * width + width / 18, _SIDE), fill=shade)
    draw.ellipse(_box((x, top), width, width * 0.28), fill=(255, 240, 200))
    draw.line([(x, top), (x + 4, top - _SIDE * 0.05)], fill=(30, 20, 15), width=8)
    lean = rng.uniform(-14, 14)
    for size, colour in ((1.0, (255, 150, 40)), (0.72, (255, 205, 90)), (0.42, (255, 250, 220))):
        height, half, base = _SIDE * 0.2 * size, _SIDE * 0.042 * size, top - _SIDE * 0.035
        outline = [
            (x - half * math.sin(t) + lean * (t / math.pi) * size, base - height * (t / math.pi) ** 1.3)
            for t in np.linspace(0, math.pi, 24)
        ]
        outline += [
            (x + half * math.sin(t) + lean * (t / math.pi) * size, base - height * (t / math.pi) ** 1.3)
            for t in np.linspace(math.pi, 0, 24)
        ]
        draw.polygon(outline, fill=colour)
    return _finish(image)


def telephone(rng: np.random.Generator) -> NDArray[np.uint8]:
    """An old rotary dial telephone."""
    image = _canvas(rng, 150, 235)
    draw = ImageDraw.Draw(image)
    (x, y), s = _place(rng, 0.03), _SIDE * rng.uniform(0.36, 0.42)
    colour = np.array([(24, 24, 26), (150, 20, 24), (20, 66, 50), (224, 214, 190)][int(rng.integers(4))])
    dark, light = tuple(int(v * 0.62) for v in colour), tuple(int(v + (255 - v) * 0.18) for v in colour)
    body = tuple(int(v) for v in colour)
    draw.ellipse((x - s * 1.05, y + s * 0.68, x + s * 1.05, y + s * 0.98), fill=(90, 84, 78))
    draw.polygon(
        [
            (x - s * 0.5, y - s * 0.3),
            (x + s * 0.5, y - s * 0.3),
            (x + s * 0.98, y + s * 0.82),
            (x - s * 0.98, y + s * 0.82),
        ],
        fill=body,
    )
    draw.rounded_rectangle((x - s, y + s * 0.72, x + s, y + s * 0.88), 20, fill=dark)
    draw.rectangle((x - s * 0.42, y - s * 0.52, x - s * 0.28, y - s * 0.25), fill=dark)
    draw.rectangle((x + s * 0.28, y - s * 0.52, x + s * 0.42, y - s * 0.25), fill=dark)
    draw.arc((x - s * 1.02, y - s * 0.86, x + s * 1.02, y + s * 0.1), 195, 345, fill=body, width=int(s * 0.19))
    for side in (-1, 1):
        draw.rounded_rectangle(
            (x + side * s * 0.88 - s * 0.24, y - s * 0.66, x + side * s * 0.88 + s * 0.24, y - s * 0.34), 26, fill=body
        )
        draw.rounded_rectangle(
            (x + side * s * 0.88 - s * 0.27, y - s * 0.4, x + side * s * 0.88 + s * 0.27, y - s * 0.3), 12, fill=dark
        )
    dial = (x, y + s * 0.24)
    draw.ellipse(_box(dial, s * 0.4), fill=light, outline=dark, width=8)
    for hole in range(10):
        draw.ellipse(
            _box(_at(dial, 0.9 + hole * 0.52, s * 0.29), s * 0.064), fill=(245, 243, 235), outline=dark, width=5
        )
    draw.ellipse(_box(dial, s * 0.15), fill=(245, 243, 235), outline=dark, width=6)
    return _finish(image)


def crossword(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A crossword puzzle on paper."""
    image = _canvas(rng, 215, 245)
    draw = ImageDraw.Draw(image)
    cells = int(rng.integers(9, 13))
    side = _SIDE * rng.uniform(0.84, 0.95) / cells
    x, y = (float(v) for v in (_SIDE - side * cells) * rng.uniform(0.2, 0.8, 2))
    black = rng.random((cells, cells)) < 0.2
    black |= black[::-1, ::-1]
    number = 0
    for row in range(cells):
        for column in range(cells):
            box = (x + column * side, y + row * side, x + (column + 1) * side, y + (row + 1) * side)
            draw.rectangle(
                box, fill=(12, 12, 12) if black[row, column] else (255, 255, 253), outline=(12, 12, 12), width=5
            )
            if not black[row, column]:
                if row == 0 or column == 0 or black[row - 1, column] or black[row, column - 1]:
                    number += 1
                    draw.text((box[0] + 8, box[1] + 5), str(number), fill=(20, 20, 20), font_size=int(side * 0.26))
                if rng.random() < 0.35:
                    letter = chr(65 + int(rng.integers(26)))
                    draw.text(
                        (box[0] + side * 0.55, box[1] + side * 0.58),
                        letter,
                        fill=(45, 50, 120),
                        anchor="mm",
                        font_size=int(side * 0.55),
                    )
    return _finish(image)


def piano(rng: np.random.Generator) -> NDArray[np.uint8]:
    """The keys of a piano."""
    image = _canvas(rng, 20, 60)
    draw = ImageDraw.Draw(image)
    keys = int(rng.integers(10, 15))
    width = _SIDE * 1.06 / keys
    top, bottom = _SIDE * rng.uniform(0.28, 0.36), _SIDE * rng.uniform(0.88, 0.97)
    draw.rectangle((0, 0, _SIDE, top), fill=(36, 20, 12))
    draw.rectangle((0, top - 22, _SIDE, top), fill=(120, 16, 22))
    first = int(rng.integers(7))
    for key in range(keys + 1):
        left = (key - 0.4) * width
        draw.rectangle((left, top, left + width, bottom), fill=(250, 249, 244), outline=(90, 90, 90), width=4)
        draw.rectangle((left + 4, bottom - 14, left + width - 4, bottom), fill=(214, 212, 205))
    for key in range(keys + 1):
        if (key + first) % 7 not in (2, 6):
            left = (key - 0.4) * width + width * 0.7
            draw.rectangle((left, top, left + width * 0.6, top + (bottom - top) * 0.63), fill=(14, 14, 14))
            draw.rectangle((left + 8, top, left + width * 0.6 - 8, top + (bottom - top) * 0.58), fill=(44, 44, 46))
    return _finish(image)


def nothing(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A plain wall: none of the things above."""
    image = _canvas(rng, 60, 220)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(2, 6))):
        x0, y0, x1, y1 = rng.uniform(-0.2, 1.2, 4) * _SIDE
        draw.line(
            (x0, y0, x1, y1), fill=tuple(int(v) for v in rng.integers(60, 220, 3)), width=int(rng.integers(30, 200))
        )
    return _finish(image.filter(ImageFilter.GaussianBlur(_SIDE * 0.08)))


PICTURES: dict[str, Drawing] = {
    "clock": clock,
    "traffic_light": traffic_light,
    "balloon": balloon,
    "candle": candle,
    "telephone": telephone,
    "crossword": crossword,
    "piano": piano,
}
