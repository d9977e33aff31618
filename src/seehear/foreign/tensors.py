"""Safetensors of others, and what they say of themselves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from seehear.arrays import Array
from seehear.errors import MissingExtraError, SeehearError, WeightsError
from seehear.files import Json
from seehear.foreign.forms import Form, T, anything
from seehear.foreign.texts import parse_json

ABOUT = "seehear"  # key of the metadata that holds our description, as JSON


class Tensors:
    """An open file of tensors.

    Args:
        path: the file.
        file: as `safetensors.safe_open` gives it.
        hint: what to do about a damaged file.
    """

    def __init__(self, path: Path, file: Any, hint: str | None) -> None:
        self._path, self._file, self._hint = path, file, hint

    def about(self, form: Form[T]) -> T:
        """Return what the file says of itself, as its form has it.

        Raises:
            WeightsError: it says nothing, or something else.
        """
        text = (self._file.metadata() or {}).get(ABOUT)
        if text is None:
            raise WeightsError(
                "expected a file written by seehear train or convert, got other safetensors",
                where=self._path,
            )
        return parse_json(text, form, where=self._path, kind=WeightsError, hint=self._hint)

    def names(self) -> list[str]:
        """Return the names of the tensors."""
        return list(self._file.keys())

    def read(self, name: str) -> Array:
        """Return one tensor; its bytes are there, the file was checked when it was opened."""
        return self._file.get_tensor(name)


@contextmanager
def opened_tensors(
    path: Path,
    framework: Literal["np", "pt"],
    *,
    hint: str | None = "take another copy, or remove it and train again",
) -> Iterator[Tensors]:
    """Open a safetensors file while the block runs.

    Args:
        path: the file.
        framework: whose arrays `Tensors.read` gives.
        hint: what to do about a damaged file.

    Raises:
        WeightsError: missing or damaged; also where the block reads.
        MissingExtraError: safetensors is not installed.
    """
    try:
        from safetensors import safe_open
    except ImportError:
        raise MissingExtraError.of("safetensors", "share") from None
    try:
        with safe_open(path, framework) as file:
            yield Tensors(path, file, hint)
    except SeehearError:
        raise
    except FileNotFoundError:
        raise WeightsError(
            "no such file", where=path, hint="give a run folder, or a model file"
        ) from None
    except OSError as error:
        told = error.strerror or error
        raise WeightsError(f"cannot be read: {told}", where=path) from None
    except Exception as error:  # its own class, and those of the framework for types it lacks
        told = f"damaged or truncated checkpoint ({error})"
        raise WeightsError(told, where=path, hint=hint) from None


def read_tensors(
    path: Path, framework: Literal["np", "pt"], form: Form[T] = anything
) -> tuple[Mapping[str, Any], Json]:
    """Return (tensors, description) of a file of ours; errors as `opened_tensors`."""
    with opened_tensors(path, framework) as file:
        about = file.about(form)
        return {name: file.read(name) for name in file.names()}, about
