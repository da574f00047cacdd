"""Certificates for 127.0.0.1 that sign themselves."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from bot.config import TlsFiles


def certified(folder: Path, *, name: str = "tls", days: int = 30, password: bytes = b"") -> TlsFiles:
    """A certificate that ends in so many days, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    files = TlsFiles(certificate=folder / f"{name}.pem", key=folder / f"{name}.key")
    files.certificate.write_bytes(builder.sign(key, SHA256()).public_bytes(forms.Encoding.PEM))
    hidden = forms.BestAvailableEncryption(password) if password else forms.NoEncryption()
    files.key.write_bytes(key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, hidden))
    files.key.chmod(0o600)
    return files
