"""Words into probabilities without training: the parts of the zero-shot presets.

lexicon, words         the user's words among those the encoders know
sound, picture, space  evidence for a word in what was heard or seen
calibration            evidence into probability
coupling               what the probabilities of one track add to those of the other
scorer                 all of it as a scorer
offline                the offline preset's numbers
"""
