"""Reads a vault with nothing but docs/format.md in hand, and checks all of it.

    python3 docs/reader VAULT                   the passphrase is in BOARDVAULT_PASSPHRASE, or is asked for
    python3 docs/reader VAULT --key-file FILE   opens the vault with a key file
    python3 docs/reader VAULT --recovery-key    the recovery key is in BOARDVAULT_RECOVERY_KEY, or is asked for
    ... --extract DIR                           also writes all records and attachments of all snapshots into DIR
    ... --store-only                            stops where the store ends: chunks and log records, not their meaning

It shares no code with the program that writes vaults. It changes nothing in the vault and repairs nothing: what that
program would mend when it opens the vault (a torn end, a copy that is missing) is a problem here like any other.

Problems are lines on standard error: file, offset of the record in it, what is wrong. Counts and snapshots are one
JSON document on standard output. The exit code is 0 if there was no problem, else 1.

Needs Python 3.10 and the packages blake3, cryptography, zstandard and argon2-cffi. To be read in this order: parts,
vault_file, store, words, manifest, trees, catalogue. Functions are named after the sections of docs/format.md.
"""
import argparse
import getpass
import json
import os
import sys
import urllib.parse
from pathlib import Path

from catalogue import Catalogue
from parts import hash_of
from store import Store
from vault_file import KEY_FILE, PASSPHRASE, RECOVERY_KEY, key_file, recovery_key


def secret(variable, question):
    return os.environ.get(variable) or getpass.getpass(f"{question}: ")


def file_name(text):
    """A name for a file that cannot leave its folder; ids come from a platform and may be anything."""
    name = urllib.parse.quote(text, safe=" ").replace(".", "%2E") or "%"
    return name if len(name) <= 200 else hash_of(text.encode()).hex()


def extractor(folder):
    """Writes records: FOLDER/snapshot/container/kind/id.json, and an attachment's content beside it as id.bytes."""
    def extract(snapshot_id, manifest, record, content):
        snapshot = folder / f"{file_name(manifest['connection'])}-{manifest['number']}-{snapshot_id[:12]}"
        place = snapshot / file_name(record.container) / record.kind
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{file_name(record.id)}.json").write_bytes(record.json)
        if record.blob:
            with open(place / f"{file_name(record.id)}.bytes", "wb") as file:
                file.writelines(content())
    return extract


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, prog="reader", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vault", type=Path)
    opened_with = parser.add_mutually_exclusive_group()
    opened_with.add_argument("--key-file", type=Path)
    opened_with.add_argument("--recovery-key", action="store_true")
    parser.add_argument("--extract", type=Path, metavar="DIR")
    parser.add_argument("--store-only", action="store_true")
    options = parser.parse_args()
    if options.key_file:
        key = KEY_FILE, key_file(options.key_file)
    elif options.recovery_key:
        key = RECOVERY_KEY, recovery_key(secret("BOARDVAULT_RECOVERY_KEY", "Recovery key"))
    else:
        key = PASSPHRASE, secret("BOARDVAULT_PASSPHRASE", "Passphrase").encode()
    store, snapshots = Store(options.vault, *key), []
    if not options.store_only:
        snapshots = Catalogue(store, options.extract and extractor(options.extract)).report()
    json.dump({"counts": dict(store.counts), "snapshots": snapshots}, sys.stdout, ensure_ascii=False, indent=1)
    print()
    for problem in store.problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if store.problems else 0)


main()
