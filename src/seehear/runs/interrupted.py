"""Whether the training of a run was interrupted: the best epoch so far is read all the same."""

import contextlib
from pathlib import Path

from seehear.amounts import amount
from seehear.errors import SeehearError
from seehear.foreign.forms import record, whole
from seehear.foreign.texts import read_json

_STATE, _LAST, _DONE = "state.safetensors", "last.safetensors", "run.json"
_ASKED, _LOG = "recipe.json", "log.jsonl"
_EPOCHS = record({"definition": record({"training": record({"epochs": whole(1)})})})
_GO_ON = "the same seehear train command goes on"


def interrupted(model: str | Path) -> str | None:
    """Return what to tell of a run whose training has not come to its end; None: it has.

    Nothing is known of a model file alone, and of a shared model.

    Args:
        model: a run folder, or the model file in one.
    """
    folder = Path(model)
    if not folder.is_dir():
        folder = folder.parent
    if (folder / _DONE).exists():
        return None
    if (folder / _STATE).exists():
        return f"{folder}: trained {_epochs(folder)}; {_GO_ON}"
    if (folder / _LAST).exists():
        return f"{folder}: trained, but stopped before the run was written down; {_GO_ON}"
    return None


def _epochs(folder: Path) -> str:
    """Return how many epochs are done, and of how many."""
    done, every = 0, None
    with contextlib.suppress(OSError):
        done = (folder / _LOG).read_bytes().count(b"\n")
    with contextlib.suppress(SeehearError):
        every = read_json(folder / _ASKED, _EPOCHS)["definition"]["training"]["epochs"]
    return f"{done} of {amount(every, 'epoch')}" if every else amount(done, "epoch")
