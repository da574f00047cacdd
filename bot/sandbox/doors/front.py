"""The page's files, and the way in: the address with the token becomes a cookie and never shows up again."""

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from bot.sandbox.doors.gate import COOKIE, HEADERS, by_page, cookie_value

if TYPE_CHECKING:
    from bot.sandbox.site import Site

FOLDER = Path(__file__).parents[1] / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS_OF_FILES = {**HEADERS, "Cache-Control": "no-cache"}


async def enter(request: Request) -> Response:
    """`/`: the page for whoever has the cookie; `/?token=…` gives it."""
    site: Site = request.app.state.site
    token = request.query_params.get("token")
    if token is None:
        if by_page(request, site.settings):
            return _file("index.html")
        return PlainTextResponse("Open the address that the sandbox printed: it holds the key to this page.\n", 403)
    known = cookie_value(site.settings.page_token)
    if cookie_value(token) != known:
        return PlainTextResponse("This address is of an earlier start. The sandbox printed a new one.\n", 403)
    answer = RedirectResponse("/", status_code=303, headers=dict(HEADERS))
    answer.set_cookie(COOKIE, known, httponly=True, samesite="strict", path="/")
    return answer


async def permalink(_request: Request) -> Response:
    """Where `chat.getPermalink` leads: the page follows such links by itself, anybody else starts at its front."""
    return RedirectResponse("/", status_code=303, headers=dict(HEADERS))


async def page_file(request: Request) -> Response:
    """`/page/<file>`: the page's own files, one folder deep and of four kinds."""
    return _file(request.path_params["name"])


def _file(name: str) -> Response:
    path = FOLDER / name
    if path.suffix not in TYPES or path.parent != FOLDER or not path.is_file():
        return PlainTextResponse("There is no such file.\n", status_code=404)
    return FileResponse(path, media_type=TYPES[path.suffix], headers=HEADERS_OF_FILES)
