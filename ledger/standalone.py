"""Checks a folder of a log's static files (C2SP tlog-tiles) against the log's verifier key, and needs no database.

    python check.py log cred-ledger.vkey

It reads every entry bundle, hashes each entry as it is stored into the Merkle tree of RFC 6962, and holds the root
against the signed checkpoint. Exit 0: the log is whole, and these are its entries. 1: it is not. It imports nothing but
the standard library and `cryptography` (for Ed25519), so that one page is all that there is to read.
"""

import base64
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_WIDTH = 256
_ED25519 = b"\x01"


def check(folder: Path, vkey: str) -> tuple[str, int, str]:
    """Origin, size and root (base64) of a log that holds. Raises `ValueError` with what does not."""
    text, _, signatures = (folder / "checkpoint").read_text(encoding="utf-8").partition("\n\n")
    origin, count, root, *rest = text.split("\n")
    if rest or not _is_signed(f"{text}\n", signatures, origin, vkey.strip()):
        raise ValueError("The checkpoint is not signed by this verifier key.")
    size, nodes = int(count), list[bytes]()
    for index, entry in enumerate(_entries(folder, size)):
        node, carry = sha256(b"\x00" + entry).digest(), index
        while carry & 1:
            node, carry = sha256(b"\x01" + nodes.pop() + node).digest(), carry >> 1
        nodes.append(node)
    made = nodes.pop() if nodes else sha256(b"").digest()
    while nodes:
        made = sha256(b"\x01" + nodes.pop() + made).digest()
    if made != base64.b64decode(root, validate=True):
        raise ValueError(f"The {size} entries do not make the root that was signed: something was changed.")
    return origin, size, root


def _is_signed(text: str, signatures: str, origin: str, vkey: str) -> bool:
    name, _, rest = vkey.partition("+")
    key = base64.b64decode(rest.partition("+")[2], validate=True)
    key_id = sha256(name.encode() + b"\n" + key).digest()[:4]
    if name != origin or key[:1] != _ED25519:
        return False
    for line in signatures.split("\n"):
        who, _, encoded = line.removeprefix("— ").rpartition(" ")
        signed = base64.b64decode(encoded or "")
        if who == name and signed[:4] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(signed[4:], text.encode())
            except InvalidSignature:
                continue
            return True
    return False


def _entries(folder: Path, size: int) -> Iterator[bytes]:
    for number in range(-(-size // _WIDTH)):
        width = min(_WIDTH, size - number * _WIDTH)
        bundle = (folder / "tile/entries" / f"{_path(number)}{f'.p/{width}' if width < _WIDTH else ''}").read_bytes()
        place = 0
        for _ in range(width):
            length = int.from_bytes(bundle[place : place + 2], "big")
            entry = bundle[place + 2 : place + 2 + length]
            if len(entry) < length or place + 2 > len(bundle):
                raise ValueError(f"Bundle {number} of entries is cut off.")
            yield entry
            place += 2 + length
        if place != len(bundle):
            raise ValueError(f"Bundle {number} of entries is too long.")


def _path(number: int) -> str:
    digits = f"{number:0{-(-len(str(number)) // 3) * 3}}"
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def main() -> None:
    """`python check.py FOLDER VERIFIER-KEY-FILE`."""
    try:
        folder, vkey = map(Path, sys.argv[1:])
        origin, size, root = check(folder, vkey.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"NOT SOUND, or no log: {error}")
    sys.stdout.write(f"{origin}: {size} entries are what was signed.\nRoot {root}\n")


if __name__ == "__main__":
    main()
