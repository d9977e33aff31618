"""Processes that we start end with us, however we end."""

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, even by kill -9.

    For processes of `multiprocessing` whose work can be cut off anywhere: left alone they would
    go on writing into a folder that the next command wants.  Does nothing in a process that was
    started in another way.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
