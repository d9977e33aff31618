"""What stands before every route: who may ask, and what every answer says to the browser."""

import asyncio
import hmac
import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seehear.web.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'"
    " blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# a page of another site must ask the server before it sends this header, and is refused
OURS = "x-seehear"
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")


class Guard:
    """Refuses requests that may not be answered, and puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.cookie = f"seehear_{settings.port}"  # cookies do not tell ports apart

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no websockets here
            await send({"type": "websocket.close", "code": 1008})
            return

        async def safe_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "private, no-cache")
            await send(message)

        refused = self.refusal(scope)
        try:
            await (self.app if refused is None else refused)(scope, receive, safe_send)
        except asyncio.CancelledError:
            pass  # the server stops, and nobody waits for this answer any more

    def refusal(self, scope: Scope) -> Response | None:
        """Return the answer to a request that goes no further, or None."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if host is None or not self.settings.knows(host["name"]):
            return PlainTextResponse("this server is not known by that host name\n", 421)
        refused = self._from_elsewhere(scope, headers, hosts[0])
        return refused or self._without_token(scope, headers) or self._writing(scope)

    def _writing(self, scope: Scope) -> Response | None:
        """Refuse requests that may change something, if the library is shown read-only."""
        if not self.settings.read_only or scope["method"] in ("GET", "HEAD"):
            return None
        return PlainTextResponse("this library is shown read-only: nothing was changed\n", 403)

    def _from_elsewhere(self, scope: Scope, headers: Headers, host: str) -> Response | None:
        """Refuse requests from pages of other sites, except a link to our front page."""
        reading = scope["method"] in ("GET", "HEAD")
        origin = headers.get("origin")
        # compared as whole texts, so a malformed header needs no parsing
        same = origin is None or origin in (f"http://{host}", f"https://{host}")
        site = headers.get("sec-fetch-site", "none")
        link = reading and scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"
        if not same or (site not in ("same-origin", "none") and not link):
            return PlainTextResponse("requests from other sites are refused\n", 403)
        if not reading and OURS not in headers:
            return PlainTextResponse(f"the header {OURS} is missing\n", 403)
        return None

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Ask for the token; the address printed at the start carries it and leaves a cookie."""
        token = self.settings.token
        if token is None:
            return None
        query = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and scope["method"] == "GET" and _same(query, token):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self.cookie, token, httponly=True, samesite="strict", path="/")
            return answer
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if _same(bearer, token) or _same(self._cookie(headers), token):
            return None
        return PlainTextResponse(
            "a token is needed: open the address that seehear serve printed\n",
            401,
            {"www-authenticate": "Bearer"},
        )

    def _cookie(self, headers: Headers) -> str:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return ""
        return "" if found is None else found.value


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
