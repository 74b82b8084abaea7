"""The file of a phone that cannot send, made as pwa/src/sync/export.ts makes it."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def plain(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def file_key(client: Any) -> dict[str, str]:
    """What the server gives to a signed-in phone."""
    answer = client.get("/api/auth/file-key")
    assert answer.status_code == 200
    key: dict[str, str] = answer.get_json()
    return key


def pushes(phone: Any, *edits: Any) -> list[Any]:
    """The push part of a request with these edits."""
    return [phone.body(*edits)[6]]


def sealed(key: dict[str, str], content: Any, **head: Any) -> str:
    """A file with this head."""
    shown = {"format": "gemba-outbox", "version": 2, "key": key["id"], **head}
    first = json.dumps(shown, ensure_ascii=False)
    own = ec.generate_private_key(ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain(key["point"]))
    salt = hashlib.sha256(first.encode()).digest()
    made = HKDF(SHA256(), 32, salt, b"gemba outbox file 1").derive(
        own.exchange(ec.ECDH(), theirs) + plain(key["proof"])
    )
    iv = os.urandom(12)
    text = AESGCM(made).encrypt(iv, json.dumps(content).encode(), first.encode())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return f"{first}\n{base64(point)}.{base64(iv)}.{base64(text)}\n"


def file_of(phone: Any, *edits: Any, plant: str = "north", key: dict[str, str] | None = None, **head: Any) -> str:
    """The file that this phone saves."""
    shown = {"plant": plant, "person_id": str(phone.person.id), "device": phone.device, "count": len(edits), **head}
    return sealed(key or file_key(phone.client), {"protocol": 1, "pushes": pushes(phone, *edits)}, **shown)


def bring_in(client: Any, file: str) -> Any:
    """HR chooses the file."""
    return client.post("/api/completion/outbox-files", json={"file": file})
