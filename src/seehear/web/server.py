"""The server loop: it closes silent connections, and when it stops, it ends what still runs."""

import asyncio
import socket
import time
from typing import cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_CONNECTIONS = 200
_PATIENCE_S = 10.0  # for a request to come on an open connection
_CROWD = 100  # from so many connections on, silent ones are closed sooner
_CROWD_PATIENCE_S = 1.0
_TICKS = 5  # of 0.1 s, between looks at the connections
_FAREWELL_S = 0.5  # for answers under way, once we stop
_GIVE_UP_S = 5  # for a thread that is still busy then

Silent = dict[tuple[H11Protocol, RequestResponseCycle | None], float]


class Server(uvicorn.Server):
    """Serves an application of `create_app` until told to stop."""

    def __init__(self, app: FastAPI, *, log_level: str = "warning") -> None:
        config = uvicorn.Config(
            app,
            log_level=log_level,
            server_header=False,
            timeout_graceful_shutdown=_GIVE_UP_S,
            limit_concurrency=_CONNECTIONS,
            http="h11",
            ws="none",
        )
        super().__init__(config)
        self.app = app
        self._silent: Silent = {}  # connection without a request -> since when

    async def on_tick(self, counter: int) -> bool:
        """Close silent connections now and then, and do what uvicorn does at each tick."""
        if counter % _TICKS == 0:
            self.hang_up(time.monotonic())
        return await super().on_tick(counter)

    def hang_up(self, now_s: float) -> None:
        """End connections on which no whole request has come for too long.

        A client that opens many and says nothing would else keep everybody out.
        """
        connections = self._connections()
        silent: Silent = {}
        for connection in connections:
            cycle = connection.cycle
            if cycle is None or cycle.response_complete:
                silent[connection, cycle] = self._silent.get((connection, cycle), now_s)
        self._silent = silent
        patience_s = _PATIENCE_S if len(connections) < _CROWD else _CROWD_PATIENCE_S
        for (connection, _), since_s in silent.items():
            if now_s - since_s > patience_s:
                connection.transport.abort()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End uploads, workers and streams, then the connections that are still open."""
        await self.app.state.stop()
        asyncio.get_running_loop().call_later(_FAREWELL_S, self._abort)
        await super().shutdown(sockets)

    def _abort(self) -> None:
        for connection in self._connections():
            connection.transport.abort()

    def _connections(self) -> list[H11Protocol]:
        return [cast(H11Protocol, connection) for connection in self.server_state.connections]
