"""A small world of drawn pictures and synthesised sounds that the offline encoders recognise."""
