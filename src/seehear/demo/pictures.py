"""Drawn pictures of things that an ImageNet network recognises.

Each drawing takes a random generator and returns an RGB image of `SIZE` x `SIZE`; two calls never
give the same picture (colours, place, size and details vary), so that a network cannot learn them
by heart.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

SIZE = 256
_SCALE = 3  # drawn larger and shrunk: smooth edges
_SIDE = SIZE * _SCALE

_SHADES = ((225, 40, 50), (40, 110, 225), (250, 200, 40), (60, 180, 90), (240, 240, 240))

Drawing = Callable[[np.random.Generator], NDArray[np.uint8]]


def _canvas(rng: np.random.Generator, low: int, high: int) -> Image.Image:
    """Return a soft gradient of two colours between `low` and `high`, with a little grain."""
    top, bottom = rng.integers(low, high, (2, 3))
    ramp = np.linspace(0, 1, _SIDE)[:, None, None]
    pixels = np.broadcast_to(top * (1 - ramp) + bottom * ramp, (_SIDE, _SIDE, 3))
    return Image.fromarray(
        (pixels + rng.normal(0, 3, (_SIDE, _SIDE, 1))).clip(0, 255).astype(np.uint8)
    )


def _finish(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def _at(centre: tuple[float, float], angle: float, radius: float) -> tuple[float, float]:
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def _box(
    centre: tuple[float, float], rx: float, ry: float | None = None
) -> tuple[float, float, float, float]:
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
            [_at(centre, angle, inner), _at(centre, angle, radius * 0.95)],
            fill=(15, 15, 15),
            width=12 if long else 4,
        )
    for hour in range(1, 13):
        x, y = _at(centre, hour * math.pi / 6, radius * 0.68)
        draw.text((x, y), str(hour), fill=(15, 15, 15), anchor="mm", font_size=int(radius * 0.2))
    minute, hour_angle = rng.uniform(0, 2 * math.pi, 2)
    draw.line([centre, _at(centre, hour_angle, radius * 0.5)], fill=(10, 10, 10), width=22)
    draw.line([centre, _at(centre, minute, radius * 0.78)], fill=(10, 10, 10), width=14)
    draw.line(
        [centre, _at(centre, rng.uniform(0, 6.28), radius * 0.85)], fill=(190, 20, 20), width=5
    )
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
        (x - width / 2, y - height / 2, x + width / 2, y + height / 2),
        46,
        fill=body,
        outline=(8, 8, 8),
        width=8,
    )
    lit = int(rng.integers(3))
    colours = [(235, 35, 25), (250, 180, 20), (40, 215, 90)]
    for lamp, colour in enumerate(colours):
        centre = (x, y + (lamp - 1) * height * 0.31)
        draw.pieslice(_box((centre[0], centre[1] - 8), width * 0.4), 180, 360, fill=(5, 5, 5))
        shade: tuple[int, ...] = colour
        if lamp != lit:
            shade = tuple(v // 4 for v in colour)
        draw.ellipse(_box(centre, width * 0.33), fill=shade)
        if lamp == lit:
            draw.ellipse(_box(centre, width * 0.2), fill=tuple(min(255, v + 50) for v in colour))
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
            (
                x - half * math.sin(t) + lean * (t / math.pi) * size,
                base - height * (t / math.pi) ** 1.3,
            )
            for t in np.linspace(0, math.pi, 24)
        ]
        outline += [
            (
                x + half * math.sin(t) + lean * (t / math.pi) * size,
                base - height * (t / math.pi) ** 1.3,
            )
            for t in np.linspace(math.pi, 0, 24)
        ]
        draw.polygon(outline, fill=colour)
    return _finish(image)


def telephone(rng: np.random.Generator) -> NDArray[np.uint8]:
    """An old rotary dial telephone."""
    image = _canvas(rng, 150, 235)
    draw = ImageDraw.Draw(image)
    (x, y), s = _place(rng, 0.03), _SIDE * rng.uniform(0.36, 0.42)
    colour = np.array(
        [(24, 24, 26), (150, 20, 24), (20, 66, 50), (224, 214, 190)][int(rng.integers(4))]
    )
    dark = tuple(int(v * 0.62) for v in colour)
    light = tuple(int(v + (255 - v) * 0.18) for v in colour)
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
    draw.arc(
        (x - s * 1.02, y - s * 0.86, x + s * 1.02, y + s * 0.1),
        195,
        345,
        fill=body,
        width=int(s * 0.19),
    )
    for side in (-1, 1):
        draw.rounded_rectangle(
            (
                x + side * s * 0.88 - s * 0.24,
                y - s * 0.66,
                x + side * s * 0.88 + s * 0.24,
                y - s * 0.34,
            ),
            26,
            fill=body,
        )
        draw.rounded_rectangle(
            (
                x + side * s * 0.88 - s * 0.27,
                y - s * 0.4,
                x + side * s * 0.88 + s * 0.27,
                y - s * 0.3,
            ),
            12,
            fill=dark,
        )
    dial = (x, y + s * 0.24)
    draw.ellipse(_box(dial, s * 0.4), fill=light, outline=dark, width=8)
    for hole in range(10):
        draw.ellipse(
            _box(_at(dial, 0.9 + hole * 0.52, s * 0.29), s * 0.064),
            fill=(245, 243, 235),
            outline=dark,
            width=5,
        )
    draw.ellipse(_box(dial, s * 0.15), fill=(245, 243, 235), outline=dark, width=6)
    return _finish(image)


def balloon(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A hot-air balloon in the sky."""
    image = _canvas(rng, 170, 240)
    draw = ImageDraw.Draw(image)
    x, y = (float(v) for v in _SIDE * rng.uniform((0.42, 0.38), (0.58, 0.46)))
    radius = _SIDE * rng.uniform(0.25, 0.3)
    colours = [_SHADES[k] for k in rng.permutation(len(_SHADES))[:3]]
    for gore in range(6):  # the envelope's stripes, from its rim to its middle
        draw.ellipse(_box((x, y), radius * (1 - gore / 6), radius * 1.08), fill=colours[gore % 3])
    skirt = [(-0.55, 0.9), (0.55, 0.9), (0.16, 1.5), (-0.16, 1.5)]
    draw.polygon([(x + dx * radius, y + dy * radius) for dx, dy in skirt], fill=colours[0])
    for side in (-1, 1):
        rope = (
            x + side * radius * 0.15,
            y + radius * 1.5,
            x + side * radius * 0.13,
            y + radius * 1.75,
        )
        draw.line(rope, fill=(60, 50, 40), width=4)
    draw.rectangle(
        (x - radius * 0.16, y + radius * 1.75, x + radius * 0.16, y + radius * 2),
        fill=(120, 80, 40),
    )
    return _finish(image)


def guitar(rng: np.random.Generator) -> NDArray[np.uint8]:
    """An acoustic guitar, leaning to one side."""
    image = _canvas(rng, 190, 240)
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    s, x = _SIDE, _SIDE / 2
    wood = ((205, 140, 70), (222, 168, 96), (176, 104, 48))[int(rng.integers(3))]
    dark, neck = tuple(int(v * 0.45) for v in wood), (62, 38, 24)
    for edge, colour in ((10, dark), (0, wood)):
        draw.ellipse(_box((x, s * 0.71), s * 0.185 + edge, s * 0.17 + edge), fill=colour)
        draw.ellipse(_box((x, s * 0.5), s * 0.14 + edge, s * 0.125 + edge), fill=colour)
        waist = (x - s * 0.118 - edge, s * 0.52, x + s * 0.118 + edge, s * 0.68)
        draw.rounded_rectangle(waist, 20, fill=colour)
    draw.ellipse(_box((x, s * 0.565), s * 0.058), fill=(30, 18, 12))
    draw.ellipse(_box((x, s * 0.565), s * 0.068), outline=dark, width=7)
    draw.rectangle((x - s * 0.024, s * 0.13, x + s * 0.024, s * 0.5), fill=neck)
    draw.rectangle((x - s * 0.036, s * 0.04, x + s * 0.036, s * 0.14), fill=neck)
    for peg in range(6):
        place = (x + (-1) ** peg * s * 0.045, s * (0.06 + 0.03 * (peg // 2)))
        draw.ellipse(_box(place, s * 0.011), fill=(225, 225, 220))
    for fret in range(12):
        y = s * (0.14 + 0.36 * (1 - 0.93 ** (fret * 1.6)) / (1 - 0.93**19.2))
        draw.line((x - s * 0.024, y, x + s * 0.024, y), fill=(200, 195, 180), width=3)
    draw.rounded_rectangle((x - s * 0.07, s * 0.755, x + s * 0.07, s * 0.775), 6, fill=(40, 24, 16))
    for string in range(6):
        at = x + (string - 2.5) * s * 0.0068
        draw.line((at, s * 0.08, at, s * 0.765), fill=(235, 232, 222), width=2)
    layer = layer.rotate(float(rng.uniform(-38, 38)), Image.Resampling.BICUBIC)
    side = int(s * rng.uniform(0.95, 1.15))
    layer = layer.resize((side, side))
    left, top = ((s - side) // 2 + int(v * s) for v in rng.uniform(-0.04, 0.04, 2))
    image.paste(layer, (left, top), layer)
    return _finish(image)


def nothing(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A plain wall: none of the things above."""
    image = _canvas(rng, 60, 220)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(2, 6))):
        draw.line(
            tuple(rng.uniform(-0.2, 1.2, 4) * _SIDE),
            fill=tuple(int(v) for v in rng.integers(60, 220, 3)),
            width=int(rng.integers(30, 200)),
        )
    return _finish(image.filter(ImageFilter.GaussianBlur(_SIDE * 0.08)))


PICTURES: dict[str, Drawing] = {
    "clock": clock,
    "telephone": telephone,
    "guitar": guitar,
    "traffic_light": traffic_light,
    "balloon": balloon,
    "candle": candle,
}
