"""The one name for arrays that may be of numpy or of torch."""

from typing import Any, TypeAlias

# A numpy array or a torch tensor; a function that takes one gives back the same kind.  No type of
# either library covers both without importing torch.
Array: TypeAlias = Any
