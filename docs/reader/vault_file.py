"""The sections "Keys" and "The vault file"."""
import functools
import re
import sys
from pathlib import Path

import argon2.low_level
from cryptography.exceptions import InvalidTag

from parts import Part, bound, derive, hash_of, keyed, le, unseal

PASSPHRASE, KEY_FILE, RECOVERY_KEY = 1, 2, 3
KIND_AND_COSTS_AND_SALT = 1 + 3 * 4 + 32  # bytes at the front of a key slot
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class VaultFile:
    """One copy of the vault file."""

    def __init__(self, path):
        data = path.read_bytes()
        part = Part(data, (path, 0))
        part.need(52 <= len(data) <= 65_536, "a length that no vault file has")
        part.need(hash_of(data[:-32]) == data[-32:], "the hash does not fit")
        part.data = data[:-32]
        part.expect(b"BVAULT", "magic")
        self.format = part.number(2)
        part.need(self.format in (1, 2), f"format {self.format} is unknown")
        part.need(part.number(4) == len(data), "the length does not fit")
        self.id, self.generation = part.take(8), part.number(4)
        part.take(8)  # when the vault was made
        self.older_roots = [part.take(72) for _ in range(part.number(1))] if self.format == 2 else []
        self.slots = {}
        for number in range(1, part.number(1) + 1):
            if self.format == 2:
                number = part.number(2)
                part.take(8)  # when its secret was set
                length = part.number(1)
                part.need(length <= 64, "a label longer than 64 bytes")
                part.text(length)
            part.need(number not in self.slots, f"two slots with the number {number}")
            self.slots[number] = part.take(117)
        if self.format == 2:
            self.signed, self.signature = part.data[:part.at], part.take(32)
        part.end()
        self.part, self.bytes = part, data

    def newest_root(self, kind, secret):
        """Section "Key slots": the newest root key, from a slot of this kind that the secret opens."""
        for number, data in self.slots.items():
            slot = Part(data, self.part.where)
            found, memory, passes, lanes = slot.number(1), slot.number(4), slot.number(4), slot.number(4)
            salt = slot.take(32)
            slot.need(found in (PASSPHRASE, KEY_FILE, RECOVERY_KEY), f"slot {number} has the unknown kind {found}")
            if found == PASSPHRASE:
                allowed = 47_104 <= memory <= 1_048_576 and 1 <= passes <= 64 and 1 <= lanes <= 16
            else:
                allowed = memory == passes == lanes == 0
            slot.need(allowed, f"slot {number} has costs that are refused")
            if found != kind:
                continue
            if kind == PASSPHRASE:
                key = argon2.low_level.hash_secret_raw(
                    secret, salt, passes, memory, lanes, 32, argon2.low_level.Type.ID, version=0x13)
            else:
                key = derive("boardvault v1 key slot", salt + secret)
            try:
                return unseal(key, bound(1, self.id, data[:KIND_AND_COSTS_AND_SALT]), slot.rest())
            except InvalidTag:
                continue
        sys.exit("No key slot of the vault opens with this.")

    def roots(self, newest):
        """Section "Keys": the root keys, that of epoch 1 first."""
        if self.format == 2:
            signature = keyed(derive("boardvault v2 vault file", newest), self.signed)
            self.part.need(signature == self.signature, "the signature does not fit")
        key = derive("boardvault v2 older root", newest)
        older = [self.part.unseal(key, bound(4, self.id, le(epoch, 4)), sealed, f"the root of epoch {epoch}")
                 for epoch, sealed in enumerate(self.older_roots, 1)]
        return [*older, newest]


def key_file(path):
    """The secret in a key file."""
    text = Path(path).read_text()
    if not re.fullmatch("[0-9a-fA-F]{64}\n", text):
        sys.exit(f"{path} is no key file.")
    return bytes.fromhex(text)


def recovery_key(typed):
    """The secret in a recovery key."""
    text = re.sub("[ -]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    if len(text) == 36 and set(text) <= set(SYMBOLS):
        number = functools.reduce(lambda number, symbol: number << 5 | SYMBOLS.index(symbol), text[:32], 0)
        secret = number.to_bytes(20, "big")
        behind = derive("boardvault v1 recovery key check", secret)[:4]
        if text[32:] == "".join(SYMBOLS[byte & 31] for byte in behind):
            return secret
    sys.exit("This is no recovery key, or there is a slip in it.")
