"""The configuration of `docs/proxy.md` as it stands there, behind a real nginx from Debian."""

import re
import shutil
import socket
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route as Address

from bot.config.addresses import proxies
from bot.domain.credential import State
from bot.domain.role import FORENSICS, Permission
from bot.domain.route import Route
from bot.web.proxies import Proxies
from tests.support import web
from tests.support.people import make_policy
from tests.support.ports import reserved
from tests.support.sandbox import PATIENCE, eventually

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")

get, post, delete = (partial(each, timeout=PATIENCE) for each in (httpx.get, httpx.post, httpx.delete))
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "proxy.md").read_text()
ROUTES = (
    Route(methods=frozenset({"GET"}), path="/users/*", permission=Permission.USERS_READ),
    Route(methods=frozenset({"DELETE"}), path="/users/*", permission=Permission.USERS_WRITE),
    Route(methods=frozenset({"POST"}), path="/queries/run", permission=Permission.QUERIES_RUN),
    Route(methods=frozenset({"GET"}), path="/admins", permission=Permission.ADMINS_READ),
)
AROUND = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {server}
}}
"""


async def echo(request) -> JSONResponse:
    """Somebody's API: what reached it."""
    return JSONResponse({"path": request.scope["raw_path"].decode(), "headers": request.headers.items()})


def configured(folder: Path, port: int, cred: str, api: str) -> str:
    """The server of the document, at addresses of this test."""
    server = re.search(r"```nginx\n(.*?)```", DOCUMENT, re.DOTALL)[1]
    for written, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:7341", cred),
        ("http://127.0.0.1:9000", api),
    ):
        assert written in server
        server = server.replace(written, here)
    return AROUND.format(folder=folder, server=server)


def listens(port: int, process) -> bool:
    if process.poll() is not None:
        raise RuntimeError("nginx ended")
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    door = web.Door(policy=replace(make_policy(), routes=ROUTES), proxies=Proxies(proxies("127.0.0.1")))
    every = ["GET", "POST", "DELETE"]
    api = Starlette(routes=[Address("/{path:path}", echo, methods=every)])
    with web.served(door.app()) as cred, web.served(api) as behind, reserved() as port:
        (folder / "nginx.conf").write_text(configured(folder, port, cred, behind))
        command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        with subprocess.Popen(command) as process:
            try:
                eventually(lambda: listens(port, process), "nginx")
                yield door, cred, f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def token_of(cred: str, issued) -> dict[str, str]:
    pair = (str(issued.client_id), issued.secret.disclose())
    answer = post(f"{cred}/oauth2/token", data={"grant_type": "client_credentials"}, auth=pair)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def reader(proxied):
    """The headers of a caller of the role Read-Only."""
    door, cred, _ = proxied
    return token_of(cred, door.issued)


def test_read_only_may_get_and_the_api_learns_who_calls(proxied, reader):
    door, _, address = proxied
    answer = get(f"{address}/users/1", headers=reader)
    told = dict(answer.json()["headers"])
    assert answer.status_code == 200
    assert (told["x-cred-client"], told["x-cred-role"], told["x-cred-estate"]) == (
        door.client_id,
        "read-only",
        "retail",
    )
    assert "authorization" not in told


def test_read_only_may_not_delete(proxied, reader):
    assert delete(f"{proxied[2]}/users/1", headers=reader).status_code == 403


def test_forensics_may_run_a_query_and_not_list_admins(proxied):
    door, cred, address = proxied
    issued = door.authority.issue(web.order())
    door.clients.put(
        web.known_client(issued, role=FORENSICS.key, permissions=frozenset(map(str, FORENSICS.permissions)))
    )
    headers = token_of(cred, issued)
    assert post(f"{address}/queries/run", headers=headers, json={"sql": "x"}).status_code == 200
    assert get(f"{address}/admins", headers=headers).status_code == 403


def test_nobody_says_who_they_are_by_a_header_of_their_own(proxied, reader):
    door, _, address = proxied
    spoofed = {
        "X-Cred-Client": "admin",
        "x-cred-role": "super-admin",
        "X-CRED-ESTATE": "labs",
        "X_Cred_Client": "admin",
    }
    answer = get(f"{address}/users/1", headers={**reader, **spoofed})
    told = [(name, value) for name, value in answer.json()["headers"] if "cred" in name]
    assert sorted(told) == [
        ("x-cred-client", door.client_id),
        ("x-cred-estate", "retail"),
        ("x-cred-role", "read-only"),
    ]


@pytest.mark.parametrize("prefix", ["X-Original-", "X-Forwarded-"])
def test_nobody_says_what_they_call_by_a_header_of_their_own(proxied, reader, prefix):
    spoofed = {f"{prefix}URI": "/users/1", f"{prefix}Method": "GET"}
    assert delete(f"{proxied[2]}/users/1", headers={**reader, **spoofed}).status_code == 403
    assert get(f"{proxied[2]}/nowhere", headers={**reader, **spoofed}).status_code == 403
    assert get(f"{proxied[2]}/users/1", headers={**reader, **spoofed}).status_code == 200


def test_the_question_itself_cannot_be_asked_from_outside(proxied, reader):
    assert get(f"{proxied[2]}/_cred", headers=reader).status_code == 404


def raw(address: str, target: str, headers: dict[str, str]) -> int:
    """The status of a request whose target no library has tidied up."""
    host, port = address.removeprefix("http://").split(":")
    lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: close", *(f"{k}: {v}" for k, v in headers.items())]
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(64).split(b" ")[1])


@pytest.mark.parametrize(
    "target",
    [
        "/users/1/../../admins", "/users/..%2fadmins", "/users/%2e%2e/admins", "//admins", "/users//1", "/users/1;x",
        "/users/%252e%252e", "/users/.", "/users/..", "/users/a%5cb", "/users/%00", "/users/%ff", "/USERS/1",
    ],
)  # fmt: skip
def test_a_path_of_two_readings_reaches_nobody(proxied, reader, target):
    assert raw(proxied[2], target, reader) in {400, 403}


def test_without_a_token_the_caller_is_challenged(proxied):
    answer = get(f"{proxied[2]}/users/1")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="cred"')


def test_suspended_a_second_ago_is_refused(proxied):
    door, cred, address = proxied
    issued = door.authority.issue(web.order())
    client = door.clients.put(web.known_client(issued))
    headers = token_of(cred, issued)
    assert get(f"{address}/users/1", headers=headers).status_code == 200
    door.clients.put(replace(client, state=State.SUSPENDED))
    assert get(f"{address}/users/1", headers=headers).status_code == 401
