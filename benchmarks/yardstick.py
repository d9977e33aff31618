"""How the released systems train and evaluate, literally: what our loop is measured against.

One .npy file an item and feature, read by a DataLoader, which looks up a row of a pandas table for
every item; all 80 frames projected, then averaged; attention one track at a time through torch's
own module; evaluation one clip at a time, its truth sought in the annotation tables, with Python
loops over classes and events.  Same arithmetic as HAN (docs: systems), so losses must agree with
ours.  Written after YapengTian/AVVP-ECCV20 (dataloader.py, main_avvp.py).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


class Items(Dataset):  # type: ignore[type-arg]
    """One clip an item: its row is looked up and its three files are read when asked for."""

    def __init__(self, folder: Path, table: Path, classes: Sequence[str]) -> None:
        self.folder, self.table = folder, pd.read_csv(table, sep="\t")
        self.index = {name: i for i, name in enumerate(classes)}

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        row = self.table.loc[index, :]
        name = row["filename"] + ".npy"
        label = np.zeros(len(self.index))
        for event in row["event_labels"].split(","):
            label[self.index[event]] = 1
        return {
            "audio": torch.from_numpy(np.load(self.folder / "vggish" / name)),
            "visual": torch.from_numpy(np.load(self.folder / "res152" / name)),
            "motion": torch.from_numpy(np.load(self.folder / "r2plus1d_18" / name)),
            "label": torch.from_numpy(label),
        }


class Layer(nn.Module):
    """HAN's layer for one direction, sequence first."""

    def __init__(self, width: int = 512, dropout: float = 0.1) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, 1, dropout=dropout)
        self.cm_attn = nn.MultiheadAttention(width, 1, dropout=dropout)
        self.linear1, self.linear2 = nn.Linear(width, width), nn.Linear(width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.drop, self.drop1, self.drop2, self.drop3 = (nn.Dropout(dropout) for _ in range(4))

    def forward(self, query: Tensor, other: Tensor) -> Tensor:
        """Return the updated query, (T, B, width)."""
        cross = self.cm_attn(query, other, other)[0]
        own = self.self_attn(query, query, query)[0]
        x = self.norm1(query + self.drop1(cross) + self.drop2(own))
        return self.norm2(x + self.drop3(self.linear2(self.drop(F.relu(self.linear1(x))))))


class Net(nn.Module):
    """HAN as released, without the encoders it never uses."""

    def __init__(self, classes: int = 25, dropout: float = 0.1) -> None:
        super().__init__()
        self.fc_prob, self.fc_frame_att, self.fc_av_att = (
            nn.Linear(512, classes) for _ in range(3)
        )
        self.fc_a, self.fc_v, self.fc_st = (
            nn.Linear(128, 512),
            nn.Linear(2048, 512),
            nn.Linear(512, 512),
        )
        self.fc_fusion = nn.Linear(1024, 512)
        self.hat_encoder = nn.Module()
        self.hat_encoder.layers = nn.ModuleList([Layer(dropout=dropout)])

    def forward(
        self, audio: Tensor, visual: Tensor, motion: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return probabilities: of clip, audio and visual (B, C), of segments (B, T, 2, C)."""
        x_a = self.fc_a(audio)
        frames = self.fc_v(visual).permute(0, 2, 1).unsqueeze(-1)
        pooled = F.avg_pool2d(frames, (8, 1)).squeeze(-1).permute(0, 2, 1)
        x_v = self.fc_fusion(torch.cat((pooled, self.fc_st(motion)), dim=-1))
        x_a, x_v = x_a.permute(1, 0, 2), x_v.permute(1, 0, 2)
        layer = self.hat_encoder.layers[0]
        out_a, out_v = layer(x_a, x_v), layer(x_v, x_a)
        x = torch.stack([out_a.permute(1, 0, 2), out_v.permute(1, 0, 2)], dim=2)
        prob = torch.sigmoid(self.fc_prob(x))
        over_time = torch.softmax(self.fc_frame_att(x), dim=1)
        over_tracks = torch.softmax(self.fc_av_att(x), dim=2)
        temporal = over_time * prob
        return (
            (temporal * over_tracks).sum(dim=2).sum(dim=1),
            temporal[:, :, 0].sum(dim=1),
            temporal[:, :, 1].sum(dim=1),
            prob,
        )


def train_epoch(
    net: Net,
    items: Items,
    optimiser: torch.optim.Optimizer,
    batch: int,
    workers: int,
    order: Sequence[int] | None = None,
) -> list[float]:
    """Train one epoch; return the loss of every step."""
    net.train()
    criterion = nn.BCELoss()
    loader = DataLoader(
        items, batch_size=batch, shuffle=order is None, sampler=order, num_workers=workers
    )
    losses = []
    for sample in loader:
        optimiser.zero_grad()
        clip, audio, visual, _ = net(sample["audio"], sample["visual"], sample["motion"])
        clip, audio, visual = (p.clamp(min=1e-7, max=1 - 1e-7) for p in (clip, audio, visual))
        label = sample["label"].float()
        loss = (
            criterion(audio, label)
            + criterion(visual, 0.9 * label + 0.1 * 0.5)
            + criterion(clip, label)
        )
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def evaluate_clips(net: Net, items: Items, audio: Path, visual: Path, workers: int) -> list[float]:
    """Return the ten figures in percent: five of segments, then five of events."""
    net.eval()
    tables = [pd.read_csv(path, sep="\t") for path in (audio, visual)]
    scores: list[list[float]] = []
    with torch.no_grad():
        for index, sample in enumerate(DataLoader(items, batch_size=1, num_workers=workers)):
            clip, _, _, prob = net(sample["audio"], sample["visual"], sample["motion"])
            gate = (clip[0].numpy() >= 0.5).astype(float)
            p_a = ((prob[0, :, 0].numpy() >= 0.5) * gate).T
            p_v = ((prob[0, :, 1].numpy() >= 0.5) * gate).T
            truth = [
                _events_of(table, items.table.loc[index, :]["filename"], items.index)
                for table in tables
            ]
            scores.append(_clip_scores(p_a, p_v, *truth))
    means = [100 * float(np.mean([row[k] for row in scores])) for k in range(8)]
    a, v, av, event, ea, ev, eav, eevent = means
    return [a, v, av, (a + v + av) / 3, event, ea, ev, eav, (ea + ev + eav) / 3, eevent]


def _events_of(table: pd.DataFrame, name: str, index: dict[str, int]) -> NDArray[np.float64]:
    """Return the truth (C, T) of a clip, whose rows are sought in the whole table."""
    truth = np.zeros((len(index), 10))
    rows = table.loc[table["filename"] == name]
    for i in rows.index:
        truth[index[rows["event_labels"][i]], int(rows["onset"][i]) : int(rows["offset"][i])] = 1
    return truth


def _clip_scores(p_a: NDArray, p_v: NDArray, t_a: NDArray, t_v: NDArray) -> list[float]:  # type: ignore[type-arg]
    out = []
    for count in (_segment_counts, _event_counts):
        rows = [count(p_a, t_a), count(p_v, t_v), count(p_a * p_v, t_a * t_v)]
        out += [_mean_f(row) for row in rows]
        both = zip(rows[0], rows[1], strict=True)
        out.append(_mean_f([tuple(x + y for x, y in zip(a, v, strict=True)) for a, v in both]))
    return out


def _segment_counts(pred: NDArray, true: NDArray) -> list[tuple[float, ...]]:  # type: ignore[type-arg]
    counts = []
    for c in range(len(pred)):
        tp, fp, fn = 0.0, 0.0, 0.0
        for t in range(pred.shape[1]):
            tp += pred[c, t] * true[c, t]
            fp += pred[c, t] * (1 - true[c, t])
            fn += (1 - pred[c, t]) * true[c, t]
        counts.append((tp, fp, fn))
    return counts


def _event_counts(pred: NDArray, true: NDArray) -> list[tuple[float, ...]]:  # type: ignore[type-arg]
    counts = []
    for c in range(len(pred)):
        found, real = _events(pred[c]), _events(true[c])
        tp = sum(any(_overlap(p, g) for g in real) for p in found)
        fn = sum(not any(_overlap(p, g) for p in found) for g in real)
        counts.append((float(tp), float(len(found) - tp), float(fn)))
    return counts


def _events(row: NDArray) -> list[NDArray]:  # type: ignore[type-arg]
    events, current = [], None
    for t in range(len(row)):
        if row[t] == 1:
            if current is None:
                current = np.zeros(len(row))
            current[t] = 1
        elif current is not None:
            events.append(current)
            current = None
    return events if current is None else [*events, current]


def _overlap(one: NDArray, other: NDArray) -> bool:  # type: ignore[type-arg]
    both = np.sum(one * other)
    return bool(both >= 0.5 * np.sum(one + other - one * other))


def _mean_f(rows: Sequence[tuple[float, ...]]) -> float:
    scores = [2 * tp / (2 * tp + fp + fn) for tp, fp, fn in rows if tp + fp + fn]
    return float(np.mean(scores)) if scores else 1.0
