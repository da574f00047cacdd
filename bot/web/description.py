"""The program's own OpenAPI document: `openapi.yml`, and what is the same at every address."""

from importlib.resources import files
from typing import Any

from bot.web.shield import headers_of_all

PATH = "/openapi.json"
_FILE = "openapi.yml"
_REFUSED = {"$ref": "#/components/responses/Refused"}
_ANYWHERE = ("400", "408", "414", "431", "500", "501")
"""How what is no good HTTP, too slow, too long, or has met a defect of the program is answered."""


def of(issuer: str, version: str) -> dict[str, Any]:
    """The document of a program whose public address this is."""
    import yaml  # noqa: PLC0415 - who starts the program does not wait for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (files("bot.web") / _FILE).read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - it is one of the safe ones
    document["info"]["version"] = version
    document["servers"] = [{"url": issuer}]
    components, on_all = document["components"], _headers(https=issuer.startswith("https://"))
    components["headers"] |= on_all
    shared = {name: {"$ref": f"#/components/headers/{name}"} for name in on_all}
    components["responses"] = {name: _headed(answer, shared) for name, answer in components["responses"].items()}
    document["paths"] = {path: _whole(item) for path, item in document["paths"].items()}
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {
                status: answer if "$ref" in answer else _headed(answer, shared)
                for status, answer in operation["responses"].items()
            }
    return document


def _headers(*, https: bool) -> dict[str, dict[str, Any]]:
    """What stands on every answer, by the constants that put it there."""
    return {
        "-".join(part.capitalize() for part in name.decode().split("-")): {
            "required": True,
            "schema": {"const": value.decode()},
        }
        for name, value in headers_of_all(https=https)
    }


def _whole(item: dict[str, Any]) -> dict[str, Any]:
    """The methods of an address: HEAD beside GET, and each with the answers that can come anywhere."""
    whole = {
        method: operation | {"responses": dict.fromkeys(_ANYWHERE, _REFUSED) | operation["responses"]}
        for method, operation in item.items()
    }
    if "get" in whole:
        whole["head"] = _head(whole["get"])
    return whole


def _head(operation: dict[str, Any]) -> dict[str, Any]:
    head = dict(operation)
    if "operationId" in head:
        head["operationId"] += "Head"
    return head | {"summary": f"{operation['summary']}: the headers alone"}


def _headed(answer: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    return answer | {"headers": answer.get("headers", {}) | shared}
