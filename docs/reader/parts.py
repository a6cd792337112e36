"""Bytes that are taken from the front, and the section "Primitives"."""
import json

import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MOST = 64 << 20  # bytes: of a chunk's content, of a log record's payload, of a manifest


class Damage(Exception):
    """Something that the format does not allow; the text begins with file and offset."""


class Part:
    """Bytes that are taken from the front, and the file and offset of the record that they are from."""

    def __init__(self, data, where):
        self.data, self.where, self.at = data, where, 0

    def need(self, holds, otherwise):
        if not holds:
            raise Damage(f"{self.where[0]}:{self.where[1]}: {otherwise}")

    def left(self):
        return len(self.data) - self.at

    def take(self, n):
        self.need(n <= self.left(), f"{n} bytes are expected where {self.left()} are left")
        self.at += n
        return self.data[self.at - n:self.at]

    def rest(self):
        return self.take(self.left())

    def number(self, size, signed=False):
        return int.from_bytes(self.take(size), "little", signed=signed)

    def text(self, n):
        try:
            return self.take(n).decode()
        except UnicodeDecodeError:
            self.need(False, "text that is not UTF-8")

    def expect(self, data, name):
        self.need(self.take(len(data)) == data, f"no {name} that fits")

    def end(self):
        self.need(self.left() == 0, f"{self.left()} bytes too many")

    def json(self):
        """The rest, as a JSON document."""
        def members(pairs):
            self.need(len(dict(pairs)) == len(pairs), "JSON with a member twice")
            return dict(pairs)

        def constant(name):
            self.need(False, f"{name}, which is not JSON")

        try:
            return json.loads(self.text(self.left()), object_pairs_hook=members, parse_constant=constant)
        except (ValueError, RecursionError) as error:
            self.need(False, f"not JSON: {error}")

    def unseal(self, key, bound, sealed, name):
        try:
            return unseal(key, bound, sealed)
        except (InvalidTag, ValueError):
            self.need(False, f"the seal of {name} does not open")


def hash_of(x):
    return blake3.blake3(x).digest()


def keyed(key, x):
    return blake3.blake3(x, key=key).digest()


def derive(label, x):
    return blake3.blake3(x, derive_key_context=label).digest()


def check(x):
    return hash_of(x)[:4]


def unseal(key, bound, sealed):
    return AESGCM(keyed(key, sealed[:24])).decrypt(bytes(12), sealed[24:], bound)


def bound(thing, vault_id, *rest):
    return b"\x01" + bytes([thing]) + vault_id + b"".join(rest)


def le(number, size):
    return number.to_bytes(size, "little")
