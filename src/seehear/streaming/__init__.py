"""Media into rows: what the parser, which stores nothing, and extraction have in common.

sampling    which moments of a clip are looked at
decode      one clip into pieces for the encoders, a chunk at a time
pipe        messages between the decoding process and ours
worker      decoding in a process of its own
local       several clips at once, on this machine
encode      pieces into rows
"""
