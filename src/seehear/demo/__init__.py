"""A small world made by our own code: drawn pictures and synthesised sounds that the offline
encoders recognise.
"""
