"""A trained run whose network is an ONNX graph; everything around it is NumPy."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seehear.encoders.onnx_session import Session, session
from seehear.errors import WeightsError
from seehear.runs.description import TrainedRun
from seehear.runs.inputs import PRIOR
from seehear.runs.model_file import read_description, require_model
from seehear.runs.predicted import Predicted
from seehear.share import is_address, pull
from seehear.share.bundle import find_graph

_BATCH = 64  # clips a run of the graph


@dataclass(frozen=True)
class GraphRun(TrainedRun):
    """A trained parser, ready to predict without PyTorch.

    Args:
        normalisation: `ROLE.mean`, `ROLE.deviation`; empty: features are taken as they are.
        graph: its networks, as `seehear.nn.graph` writes them.
    """

    normalisation: Mapping[str, NDArray[np.float32]]
    graph: Session

    @property
    def takes_prior(self) -> bool:
        """Whether its network has an input `prior`: logits (N, T, 2, C) of a zero-shot parser."""
        return any(put.name == PRIOR for put in self.graph.get_inputs())

    def predict_arrays(self, inputs: Mapping[str, NDArray[np.float32]]) -> Predicted:
        """Return the probabilities of N clips; see `TrainedRun.predict_arrays`.

        Raises:
            FeatureError: the inputs or the prior do not fit the network.
            WeightsError: ONNX Runtime refuses them.
        """
        self.check_widths({role: array.shape[-1] for role, array in inputs.items()})
        self.check_prior(inputs)
        parts = []
        for start in range(0, len(inputs["audio"]), _BATCH):
            batch = {role: array[start : start + _BATCH] for role, array in inputs.items()}
            parts.append(self._answer({role: self._scaled(role, batch[role]) for role in batch}))
        return Predicted(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    def _scaled(self, role: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows with each dimension standardised, unchanged for a role without numbers."""
        if f"{role}.mean" not in self.normalisation:
            return rows
        mean = self.normalisation[f"{role}.mean"]
        scaled: NDArray[np.float32] = (rows - mean) / self.normalisation[f"{role}.deviation"]
        return scaled

    def _answer(self, inputs: Mapping[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        try:
            return self.graph.run(Predicted._fields, inputs)
        except Exception as error:  # the runtime raises its own classes, which share no base
            raise WeightsError(
                f"its graph cannot answer ({str(error).splitlines()[0][:120]})", where=self.path
            ) from None


def load_graph_run(path: str | Path) -> GraphRun | None:
    """Return the trained parser of a run folder, model file or shared model, run by its graph.

    None if it has no graph, or if PyTorch is installed here and ONNX Runtime is not.

    Args:
        path: see `seehear.train.load_run`.

    Raises:
        WeightsError: nothing there, or a graph that is damaged or another than the run says.
        MissingExtraError: neither ONNX Runtime nor PyTorch is installed.
    """
    path = pull(path) if is_address(path) else Path(path)
    file = require_model(path)
    if (graph := find_graph(path)) is None:
        return None
    if find_spec("onnxruntime") is None and find_spec("torch") is not None:
        return None
    about, normalisation = read_description(file)
    made = session(graph, hint="take another copy of the run")
    return GraphRun(file, about, normalisation, made)
