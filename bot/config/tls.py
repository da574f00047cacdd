"""The files that TLS is served by: `CRED_TLS_CERT` and `CRED_TLS_KEY`, both or neither."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config.addresses import UnusableAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Both as PEM."""

    certificate: Path
    """With the chain that leads to its root."""
    key: Path


def tls_files(environ: Mapping[str, str]) -> TlsFiles | None:
    """None where the program is to speak plain HTTP: to a proxy, or within the machine. Raises `UnusableAddress`."""
    certificate, key = (environ.get(f"CRED_TLS_{name}", "").strip() for name in ("CERT", "KEY"))
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise UnusableAddress("CRED_TLS_CERT and CRED_TLS_KEY belong together: name both files, or neither.")
    if environ.get("CRED_PUBLIC_URL", "").strip().startswith("http://"):
        raise UnusableAddress(
            "CRED_PUBLIC_URL begins with http://, and CRED_TLS_CERT is set: let it begin with https://."
        )
    return TlsFiles(certificate=Path(certificate), key=Path(key))
