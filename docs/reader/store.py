"""The sections "Packs", "Chunks" and "The catalogue log"."""
import collections
import functools
import os
import re

import zstandard

from parts import MOST, Damage, Part, bound, check, derive, hash_of, keyed, le
from vault_file import VaultFile
from words import Vocabulary

NODE, PIECE, BLOB, DOCUMENT, VOCABULARY = 1, 2, 3, 4, 5
PLAIN_OVERHEAD, SEAL_OVERHEAD, RECORD_HEAD = 53, 40, 45  # bytes

Place = collections.namedtuple("Place", "pack offset kind length")
Frame = collections.namedtuple("Frame", "part encoding length other depth")
Entry = collections.namedtuple("Entry", "offset kind payload durable")


class Store:
    """A vault's chunks and log records. Reading goes on after a problem, which is kept in `problems`."""

    def __init__(self, folder, kind, secret):
        self.folder, self.problems, self.counts = folder, [], collections.Counter()
        self.log_path = folder / "catalogue.log"
        self.entries, self.first_packs = [], [1]  # of the epochs
        self.doomed, self.removed, self.cycle = set(), set(), 0
        self.places, self.vocabularies = collections.defaultdict(list), {}
        copies = [copy for name in ("vault.a", "vault.b") if (copy := self.attempt(VaultFile, folder / name))]
        if not copies:
            return
        if len({copy.bytes for copy in copies}) > 1:
            self.problems.append(f"{folder / 'vault.b'}:0: it is not the same as vault.a")
        if len({copy.id for copy in copies}) > 1:
            return
        file = max(copies, key=lambda copy: copy.generation)
        self.id, self.format = file.id, file.format
        newest = self.attempt(file.newest_root, kind, secret)
        self.roots = newest and self.attempt(file.roots, newest)
        if self.roots:
            self.chunk_id_key = derive("boardvault v1 chunk id", self.roots[0])
            self.read()

    def read(self):
        self.attempt(self.catalogue_log)
        self.attempt(self.packs)
        for places in self.places.values():
            places.sort(key=lambda place: (place.pack not in self.doomed, place), reverse=True)
        self.chunks()
        for entry in self.entries:
            if entry.kind == 253:
                self.attempt(self.family, self.log_part(entry))
        self.counts.update({
            "epochs": len(self.roots), "log entries": len(self.entries), "chunks": len(self.places),
            "packs doomed": len(self.doomed - self.removed), "packs removed": len(self.removed)})

    def attempt(self, what, *arguments):
        try:
            return what(*arguments)
        except Damage as damage:
            self.problems.append(str(damage))
        except OSError as error:
            self.problems.append(f"{error.filename}:0: {error.strerror}")

    # Packs

    def pack_path(self, number):
        return self.folder / "packs" / f"{number:08}.pack"

    @functools.lru_cache(4)
    def pack_bytes(self, number):
        return self.pack_path(number).read_bytes()

    def packs(self):
        found = set()
        for name in os.listdir(self.folder / "packs"):
            if re.fullmatch("[0-9]{8}[.]pack", name):
                found.add(int(name[:8]))
            elif not name.endswith(".tmp"):
                self.problems.append(f"{self.folder / 'packs' / name}:0: this is no name of a pack")
        last, durable = self.entries[-1].durable if self.entries else (0, 0)
        for number in range(1, max(found | {last}) + 1):
            if number not in self.removed:
                self.attempt(self.pack, number, durable if number == last else 24)
                self.counts["packs"] += 1

    def pack(self, number, durable):
        data, where = self.pack_bytes(number), (self.pack_path(number), 0)
        head = Part(data[:24], where)
        head.need(len(data) >= durable, f"{len(data)} bytes are there, and {durable} were durable")
        head.expect(b"BVPACK\x01\x00" + self.id + le(number, 4), "header of this pack")
        head.expect(check(data[:20]), "check of the header")
        offset = 24
        while 0 <= offset < len(data):
            place = self.attempt(self.pack_record, number, offset, data)
            # Behind a record whose length cannot be known, reading goes on where the next one seems to begin.
            offset = offset + RECORD_HEAD + place.length if place else data.find(b"BVCR", offset + 1)

    def pack_record(self, number, offset, data):
        part = Part(data[offset:offset + RECORD_HEAD], (self.pack_path(number), offset))
        part.expect(b"BVCR", "magic of a record")
        kind, chunk_id, length = part.number(1), part.take(32), part.number(4)
        part.expect(check(part.data[:41]), "check of the record's header")
        part.need(NODE <= kind <= (VOCABULARY if self.format >= 2 else DOCUMENT), f"a chunk of the unknown kind {kind}")
        part.need(length <= MOST + 47, "a seal that is too long")
        part.need(offset + RECORD_HEAD + length <= len(data), "the pack ends within this record")
        place = Place(number, offset, kind, length)
        self.places[chunk_id].append(place)
        return place

    # Chunks

    def chunks(self):
        """Opens every record of every pack, whether anything needs it or not."""
        records = [(place, chunk_id) for chunk_id, places in self.places.items() for place in places]
        for place, chunk_id in sorted(records):
            if self.attempt(self.chunk, chunk_id, place) is not None:
                frame = self.frame(chunk_id, place)
                self.counts["records in packs"] += 1
                self.counts[f"of encoding {frame.encoding}"] += 1
                self.counts[f"of kind {place.kind}"] += 1
                self.counts["deepest difference"] = max(self.counts["deepest difference"], frame.depth)

    def frame(self, chunk_id, place):
        """What is sealed in a record; `other` is the vocabulary or the base, the rest of `part` the content."""
        epoch = max(epoch for epoch, first in enumerate(self.first_packs) if first <= place.pack)
        key = derive("boardvault v1 chunk seal", self.roots[epoch])
        place_bytes = bytes([place.kind]) + chunk_id + le(place.pack, 4) + le(place.offset, 8)
        part = Part(b"", (self.pack_path(place.pack), place.offset))
        begin = place.offset + RECORD_HEAD
        sealed = self.pack_bytes(place.pack)[begin:begin + place.length]
        part.data = part.unseal(key, bound(2, self.id, place_bytes), sealed, "the chunk")
        part.expect(bytes([1, place.kind]), "version and kind of a chunk")
        encoding, length = part.number(1), part.number(4)
        known = encoding <= 1 or encoding <= 3 and place.kind == NODE and self.format >= 2
        part.need(known, f"the encoding {encoding} is unknown for this kind")
        part.need(length <= MOST, "the content is too long")
        other = part.take(32) if encoding >= 2 else None
        depth = part.number(1) if encoding == 3 else 0
        part.need(encoding != 3 or 1 <= depth <= 8, f"a difference of the depth {depth}")
        return Frame(part, encoding, length, other, depth)

    @functools.lru_cache(256)
    def chunk(self, chunk_id, place):
        """The content of a chunk, from one of its records."""
        part, encoding, length, other, depth = self.frame(chunk_id, place)
        if encoding == 0:
            content = zstd(part, length)
        elif encoding == 1:
            content = part.rest()
        elif encoding == 2:
            vocabulary = self.vocabulary(part, other)
            in_words = part.number(4)
            part.need(in_words <= 2 * length, "a page in words that is too long")
            page = zstd(part, in_words, vocabulary.dictionary, zstandard.DICT_TYPE_AUTO)
            content = vocabulary.page(Part(page, part.where), length)
        else:
            content = zstd(part, length, self.base(part, other, depth))
        part.need(len(content) == length, "the content has not the length that the frame says")
        fits = keyed(self.chunk_id_key, bytes([place.kind]) + content) == chunk_id
        part.need(fits, "the content does not fit the chunk id")
        return content

    def base(self, part, chunk_id, depth):
        for place in self.places.get(chunk_id, ()):
            if place.kind == NODE and self.frame(chunk_id, place).depth < depth:
                return self.chunk(chunk_id, place)
        part.need(False, f"the base {chunk_id.hex()} is not there, or not with a smaller depth")

    def content(self, part, kind, chunk_id):
        """The content of a chunk that `part` names."""
        damaged = False
        for place in self.places.get(chunk_id, ()):
            part.need(place.kind == kind, f"chunk {chunk_id.hex()} is of kind {place.kind}, and {kind} is expected")
            try:
                return self.chunk(chunk_id, place)
            except Damage:
                damaged = True
        part.need(False, f"chunk {chunk_id.hex()} is " + ("damaged" if damaged else "not there"))

    def vocabulary(self, part, chunk_id):
        if chunk_id not in self.vocabularies:
            content = self.content(part, VOCABULARY, chunk_id)
            self.vocabularies[chunk_id] = Vocabulary(Part(content, part.where))
        return self.vocabularies[chunk_id]

    def family(self, part):
        """Payload of a log record of kind 253."""
        self.vocabulary(part, part.take(32))
        self.counts[f"vocabularies of {part.text(part.left())}"] += 1

    # The catalogue log

    def catalogue_log(self):
        data = self.log_path.read_bytes()
        head = Part(data[:20], (self.log_path, 0))
        head.expect(b"BVLOG\x00\x01\x00" + self.id, "header of this vault's log")
        head.expect(check(data[:16]), "check of the header")
        offset, chain = 20, hash_of(data[:20])
        while offset < len(data):
            record = self.log_record(data, offset, chain)
            offset, chain = offset + len(record), hash_of(record)
        if len(self.first_packs) < len(self.roots):
            head.need(False, "a rotation of the root key was interrupted, or this is an older log")

    def log_record(self, data, offset, chain):
        """Adds the entry at `offset`; gives the bytes of its record."""
        part = Part(data[offset:offset + 20], (self.log_path, offset))
        part.expect(b"BVLR", "magic of a record")
        part.need(part.number(8) == len(self.entries) + 1, "the sequence number does not fit")
        length = part.number(4)
        part.expect(check(part.data[:16]), "check of the record's header")
        part.need(length <= MOST + PLAIN_OVERHEAD + SEAL_OVERHEAD, "a record that is too long")
        record = data[offset:offset + 20 + length + 1]
        part.need(len(record) == 20 + length + 1, "the log ends within this record")
        part.need(record[-1] == 0xE5, "the last byte is not E5")
        key = derive("boardvault v1 log seal", self.roots[len(self.first_packs) - 1])
        where = le(len(self.entries) + 1, 8) + le(offset, 8)
        part = Part(part.unseal(key, bound(3, self.id, where), record[20:-1], "the record"), part.where)
        kind = part.number(1)
        part.take(8)  # when it was appended
        durable = part.number(4), part.number(8)
        part.need(not self.entries or durable >= self.entries[-1].durable, "less is durable than before")
        part.expect(chain, "hash of the record before")
        self.entries.append(Entry(offset, kind, part.rest(), durable))
        payload = self.log_part(self.entries[-1])
        if kind == 254:
            self.packs_given_up(payload)
        elif kind == 255:
            self.rotation(payload)
        part.need(kind < 240 or kind in (253, 254, 255), f"an entry of the unknown kind {kind}")
        return record

    def log_part(self, entry):
        return Part(entry.payload, (self.log_path, entry.offset))

    def rotation(self, part):
        """Payload of a log record of kind 255."""
        part.need(part.number(4) == len(self.first_packs) + 1, "the number of the epoch does not fit")
        first = part.number(4)
        part.need(first >= self.first_packs[-1], "the epoch begins with a pack of an earlier one")
        part.end()
        part.need(len(self.first_packs) < len(self.roots), "an epoch whose root is not in the vault file")
        self.first_packs.append(first)

    def packs_given_up(self, part):
        """Payload of a log record of kind 254."""
        part.expect(b"\x01", "version of packs that are given up")
        what, cycle = part.number(1), part.number(8)
        part.need(what in (1, 2) and cycle >= max(self.cycle, 1), "neither doomed nor removed, or an earlier cycle")
        numbers = [part.number(4) for _ in range(part.number(4))]
        part.need(sorted(set(numbers)) == numbers, "pack numbers that do not ascend")
        part.end()
        self.cycle = cycle
        (self.doomed if what == 1 else self.removed).update(numbers)


def zstd(part, length, dictionary=b"", dict_type=zstandard.DICT_TYPE_RAWCONTENT):
    """The one zstd frame that is the rest of `part`."""
    frame = part.rest()
    try:
        said = zstandard.get_frame_parameters(frame).content_size
        part.need(said in (length, zstandard.CONTENTSIZE_UNKNOWN), "the zstd frame is of another length")
        given = zstandard.ZstdCompressionDict(dictionary, dict_type=dict_type) if dictionary else None
        decompressor = zstandard.ZstdDecompressor(dict_data=given)
        content = decompressor.decompress(frame, max_output_size=length, allow_extra_data=False)
    except zstandard.ZstdError as error:
        part.need(False, f"zstd: {error}")
    part.need(len(content) == length, "the zstd frame is of another length")
    return content
