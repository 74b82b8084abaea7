"""Keys of the file in which a phone that cannot send hands over its edits.

Sealed to the plant: only this server opens it, whoever finds it in a phone's downloads does not. Proved by the
author's phone: a key that everybody may have says nothing of who wrote, so the phone mixes in a proof that the server
gave to this person on this phone alone.

All are derived from the server's secret, so that a copy of the database opens no file. `id` says from which secret; an
older one of the key ring still opens.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE: Final = ec.SECP256R1()
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES: Final = 65
IV_BYTES: Final = 12
ID_LENGTH: Final = 8
PURPOSE: Final = b"gemba outbox file 1"


class KeyUnknown(Exception):
    """Sealed to a key that none of this server's secrets makes: another server's, or a secret that is gone."""


class NotSealedByThem(Exception):
    """Changed on the way, or never sealed by this person's phone. Which of the two, nobody can tell."""


@dataclass(frozen=True)
class FileKey:
    """What a phone is given: where to seal to, and its proof."""

    id: str
    point: bytes
    proof: bytes


def _derive(secret: str, purpose: bytes, *about: UUID) -> bytes:
    salt = b"".join(one.bytes for one in about)
    return HKDF(SHA256(), 48, salt, PURPOSE + b" " + purpose).derive(secret.encode())


def _private(secret: str, tenant_id: UUID) -> ec.EllipticCurvePrivateKey:
    # 384 bits brought down to 256: no value is likelier than another by more than 2^-128.
    number = int.from_bytes(_derive(secret, b"plant", tenant_id), "big") % (ORDER - 1) + 1
    return ec.derive_private_key(number, CURVE)


def _point(secret: str, tenant_id: UUID) -> bytes:
    return _private(secret, tenant_id).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _id(point: bytes) -> str:
    return hashlib.sha256(point).hexdigest()[:ID_LENGTH]


def _proof(secret: str, tenant_id: UUID, person_id: UUID, device_id: UUID) -> bytes:
    return _derive(secret, b"proof", tenant_id, person_id, device_id)[:32]


def file_key(secret: str, tenant_id: UUID, person_id: UUID, device_id: UUID) -> FileKey:
    """Return what the phone of this person seals with."""
    point = _point(secret, tenant_id)
    return FileKey(_id(point), point, _proof(secret, tenant_id, person_id, device_id))


@dataclass(frozen=True)
class Sealed:
    """A file taken apart: its open head, which is bound to the rest, and what is sealed."""

    head: bytes
    point: bytes
    iv: bytes
    text: bytes


def open_file(
    ring: Sequence[str], key_id: str, sealed: Sealed, tenant_id: UUID, person_id: UUID, device_id: UUID
) -> bytes:
    """Open what this person's phone sealed. Raises KeyUnknown, NotSealedByThem."""
    for secret in ring:
        if _id(_point(secret, tenant_id)) == key_id:
            return _open(secret, sealed, tenant_id, person_id, device_id)
    raise KeyUnknown


def _open(secret: str, sealed: Sealed, tenant_id: UUID, person_id: UUID, device_id: UUID) -> bytes:
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sealed.point)
        shared = _private(secret, tenant_id).exchange(ec.ECDH(), theirs)
        proof = _proof(secret, tenant_id, person_id, device_id)
        key = HKDF(SHA256(), 32, hashlib.sha256(sealed.head).digest(), PURPOSE).derive(shared + proof)
        return AESGCM(key).decrypt(sealed.iv, sealed.text, sealed.head)
    except (InvalidTag, ValueError) as fault:
        raise NotSealedByThem from fault
