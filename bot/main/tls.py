"""TLS by files: a certificate chain and its key, in PEM. What is wrong with them is told before anything begins.

A certificate that was renewed is taken up without a restart: each handshake looks, once a minute at most, whether the
files have changed. A pair that cannot be used then is told of in the log, and the one before stays.
"""

import logging
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Final

from cryptography import x509

from bot.config import TlsFiles
from bot.main.databases import NotReadyError

_LOOK_EVERY = 60.0
_OTHERS = 0o007

_log = logging.getLogger(__name__)


class Certificate:
    """The pair in two files. Raises `NotReadyError` where it cannot be used."""

    def __init__(self, files: TlsFiles, now: Callable[[], float] = monotonic) -> None:
        self._files: Final = files
        self._now: Final = now
        self._seen = _stamp(files)
        self._looked_at = now()
        self._newest = _context(files)
        self.context: Final = _context(files)
        self.context.sni_callback = self._before_handshake  # asked at each, whether a name was sent or not

    def _before_handshake(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        if self._now() - self._looked_at >= _LOOK_EVERY:
            self._looked_at = self._now()
            self._look()
        connection.context = self._newest

    def _look(self) -> None:
        try:
            stamp = _stamp(self._files)
            if stamp == self._seen:
                return
            self._seen = stamp
            self._newest = _context(self._files)
        except NotReadyError as reason:
            _log.error("The renewed certificate is not used, the one before stays: %s", reason)
        else:
            _log.info("The certificate in %s was renewed.", self._files.certificate)


def ends_at(files: TlsFiles) -> datetime:
    """Until when the certificate is valid. Raises `NotReadyError`."""
    _context(files)
    return x509.load_pem_x509_certificates(_bytes(files.certificate))[0].not_valid_after_utc


def _context(files: TlsFiles) -> ssl.SSLContext:
    for file in (files.certificate, files.key):
        _bytes(file)
    if files.key.stat().st_mode & _OTHERS:
        raise NotReadyError(f"{files.key} can be read by everybody on this machine: run chmod o-rwx on it.")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without a password to be had, OpenSSL would ask the terminal for one.
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except ssl.SSLError as error:
        raise NotReadyError(f"{files.certificate} and {files.key} cannot be used for TLS: {_reason(error)}.") from None
    return context


def _reason(error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "they do not belong together"
    return "write the certificate with its chain into the one, its key without a password into the other, both as PEM"


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotReadyError(f"{file} cannot be read ({error.strerror}): see CRED_TLS_CERT and CRED_TLS_KEY.") from None


def _stamp(files: TlsFiles) -> tuple[object, ...]:
    """What changes when they are replaced, or a link to them is turned to others."""
    try:
        return tuple((each.stat().st_mtime_ns, each.stat().st_ino) for each in (files.certificate, files.key))
    except OSError:
        return ()
