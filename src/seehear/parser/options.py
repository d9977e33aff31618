"""One parser from the options that a command, a page or a script was given."""

from pathlib import Path

from seehear.data import Vocabulary
from seehear.errors import ConfigError
from seehear.parser.parser import Parser
from seehear.parser.preset import check_preset


def make_parser(
    *,
    preset: str | None = None,
    model: str | None = None,
    threshold: str | float | None = None,
    events: str | None = None,
    vocabulary: str | Vocabulary | None = None,
    fps: int | None = None,
    prior: str | None = None,
    max_pixels: int | None = None,
) -> Parser:
    """Return the parser that options ask for.

    Args:
        preset: of a zero-shot parser; None: `offline`.
        model: run folder or file of a trained parser, instead.
        threshold: a number from 0 to 1, or two as "audio,visual"; None: the parser's own.
        events: classes of a zero-shot parser, "Dog,Speech".
        vocabulary: instead of `events`, a file of classes, or a vocabulary; with neither, LLP's 25.
        fps: frames a second that a zero-shot parser looks at.
        prior: how language guides a trained parser: `likeness`, `language`, `support` or `none`
            (see `Parser.load`); None: as its recipe says.
        max_pixels: the most pixels of a frame; None: the parser's own limit.

    Raises:
        ConfigError: options that do not go together, or make no sense.
        SeehearError: the vocabulary, the model or the weights cannot be read.
    """
    check_options(
        preset=preset,
        model=model,
        threshold=threshold,
        events=events,
        vocabulary=vocabulary,
        fps=fps,
        prior=prior,
    )
    limit = _threshold(threshold)
    if model is not None:
        parser = Parser.load(model, threshold=limit, prior=prior)
    else:
        words = Path(vocabulary) if isinstance(vocabulary, str) else vocabulary or events
        parser = Parser.from_preset(preset or "offline", words, threshold=limit, fps=fps)
    if max_pixels is not None:
        parser.max_pixels = max_pixels
    return parser


def check_options(
    *,
    preset: str | None = None,
    model: str | None = None,
    threshold: str | float | None = None,
    events: str | None = None,
    vocabulary: str | Vocabulary | None = None,
    fps: int | None = None,
    prior: str | None = None,
) -> None:
    """Check the options of `make_parser` without loading a parser.

    Raises:
        ConfigError: options that do not go together, or make no sense.
    """
    _threshold(threshold)
    if prior is not None:
        from seehear.parser.prior import check_prior  # and all that a trained run needs

        check_prior(prior)
    if model is None:
        if prior is not None:
            raise ConfigError("works only with a model", parameter="prior", hint="leave it out")
        check_preset(preset or "offline", fps)
        return
    others = {"preset": preset, "events": events, "vocabulary": vocabulary, "fps": fps}
    for name, value in others.items():
        if value is not None:
            raise ConfigError(
                "does not work with a model: a trained parser brings its own",
                parameter=name,
                hint="leave one of them out",
            )


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
            parameter="threshold",
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
