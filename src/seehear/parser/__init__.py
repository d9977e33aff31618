"""Video path in, timeline out: zero-shot with any vocabulary, or with a trained run.

encoders -> scorer -> decode_scores
"""

from seehear.parser.many import Parsed, parse_many
from seehear.parser.parser import Parser, as_vocabulary
from seehear.parser.preset import PRESETS

__all__ = ["PRESETS", "Parsed", "Parser", "as_vocabulary", "parse_many"]
