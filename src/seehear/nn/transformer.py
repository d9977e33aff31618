"""A plain post-norm transformer encoder layer under torch's parameter names, for DHHN's helpers."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from seehear.nn.attention import Attention
from seehear.nn.dropout import Dropout


class EncoderLayer(nn.Module):
    """z = LN1(x + drop(attention(x))); out = LN2(z + drop(W2 drop(relu(W1 z))))."""

    def __init__(self, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads, dropout=dropout)
        self.linear1, self.linear2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "batch segments width"]
    ) -> Float[Tensor, "batch segments width"]:
        mixed = self.norm1(x + self.dropout(self.self_attn(x, x)))
        return self.norm2(
            mixed + self.dropout(self.linear2(self.dropout(F.relu(self.linear1(mixed)))))
        )
