"""Captions of sounds for people who do not hear them, in the subtitles that a film has already.

`wording` says in which words a sound is described, `plan` which are described and when, and
`subtitles` reads a file so that cues can be put into it and every other byte stays.
"""

from seehear.captions.plan import Caption, Plan, Rules, plan
from seehear.captions.subtitles import Cue, Subtitles, read_subtitles
from seehear.captions.wording import Wording

__all__ = ["Caption", "Cue", "Plan", "Rules", "Subtitles", "Wording", "plan", "read_subtitles"]
