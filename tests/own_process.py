"""Processes of their own that begin at once: forked from one that has imported PyTorch already.

A new interpreter needs seconds for that, which a test that is about the process pays in vain.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, ForkServerProcess

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["seehear.train.run"])  # it has no threads yet: safe to fork


def start(function: Callable[..., object], *arguments: object) -> ForkServerProcess:
    """Start `function`, of a file on pytest's `pythonpath`, in a process of its own."""
    process = _CONTEXT.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process


def context(method: str) -> ForkServerContext:
    """Stand for `multiprocessing.get_context` where a process would start from nothing."""
    assert method == "spawn"
    return _CONTEXT
