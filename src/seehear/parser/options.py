"""One parser from the options that a command, a page or a script was given."""

from pathlib import Path

from seehear.errors import ConfigError
from seehear.parser.parser import Parser


def make_parser(
    *,
    preset: str | None = None,
    model: str | None = None,
    threshold: str | float | None = None,
    events: str | None = None,
    vocabulary: str | None = None,
    fps: int | None = None,
) -> Parser:
    """Return the parser that options ask for.

    Raises:
        ConfigError: options that do not go together, or make no sense.
        SeehearError: the vocabulary, the model or the weights cannot be read.
    """
    limit = _threshold(threshold)
    if model is not None:
        for name, value in (
            ("--preset", preset),
            ("--events", events),
            ("--vocabulary", vocabulary),
            ("--fps", fps),
        ):
            if value is not None:
                raise ConfigError(
                    f"{name} does not go with --model: a trained parser brings its own",
                    hint="leave one of them out",
                )
        return Parser.load(model, threshold=limit)
    words = Path(vocabulary) if vocabulary is not None else events
    return Parser.from_preset(preset or "offline", words, threshold=limit, fps=fps)


def _threshold(value: str | float | None) -> float | tuple[float, float] | None:
    if value is None:
        return None
    try:
        numbers = [float(part) for part in str(value).split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or not all(0 <= number <= 1 for number in numbers):
        raise ConfigError(
            f"expected a number from 0 to 1, or two (audio,visual), got {value}",
            where="--threshold",
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
