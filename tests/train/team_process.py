"""The processes of a team, as torchrun starts them, without its own start of five seconds each."""

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from own_process import start


def together(size: int, function: Callable[..., object], *arguments: object) -> list[int | None]:
    """Run a function in several processes of one team; return their exit codes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    team = [start(_member, rank, size, port, function, *arguments) for rank in range(size)]
    for process in team:
        process.join(120)
    return [process.exitcode for process in team]


def _member(
    rank: int, size: int, port: int, function: Callable[..., object], *arguments: object
) -> None:
    torch.set_num_threads(1)
    os.environ |= {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(size),
        "LOCAL_WORLD_SIZE": str(size),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    function(*arguments)


def command(shown: Path, argv: list[str]) -> None:
    """Give a command; what each process prints goes into the files `RANK.out` and `RANK.err`."""
    from seehear.cli.main import main

    rank = os.environ["RANK"]
    shown.mkdir(exist_ok=True)
    with (shown / f"{rank}.out").open("w") as out, (shown / f"{rank}.err").open("w") as err:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(argv)
    sys.exit(code)


def fail_in_the_second(folder: Path) -> None:
    """Let the second process fail where all of them open something; write down what each raises."""
    from seehear.errors import FeatureError, SeehearError
    from seehear.train.team import joined

    with joined("cpu") as (team, _):

        def opened() -> None:
            if not team.leads:
                raise FeatureError("there is none here")

        try:
            team.together(opened)
        except SeehearError as error:
            (folder / str(team.rank)).write_text(f"{type(error).__name__}: {error}")
