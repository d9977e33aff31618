"""Media into rows: what the parser, which stores nothing, and extraction have in common.

A file becomes rows in this order:

sampling    which moments of a clip are looked at
decode      one clip into pieces for the encoders, a chunk at a time: its `sound` and its `pictures`
spare       a process that is begun before it is known what for
worker      decoding in a process of its own; its `messages` come back through the `pipe`
local       several such processes at once, on this machine
encode      pieces into rows, those of the `streams` that the encoders give
"""
