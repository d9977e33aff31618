"""Media into rows: what the parser, which stores nothing, and extraction have in common.

A file becomes rows in this order:

bring       files at addresses are copied to this machine while they are read
sampling    which moments of a clip are looked at
decode      one clip into pieces for the encoders, a chunk at a time: its `sound` and its `pictures`
extent      which seconds of a track were decoded well enough to count as parsed
spare       a decoding process that is started ahead of time
worker      decoding in a process of its own; its `messages` come back through the `pipe`
local       several such processes at once, on this machine
cluster     the same on the machines of a Ray cluster
encode      pieces into rows, those of the `streams` that the encoders give
"""
