"""The sections "Tree nodes", "Records" and "Attachments"."""
import collections
import itertools

from manifest import kind as kind_of
from parts import Part, hash_of
from store import BLOB, NODE, PIECE

LEAVES, ABOVE = (8 << 10, 36 << 10, 128 << 10), (4 << 10, 18 << 10, 64 << 10)  # min, scale, max

Record = collections.namedtuple("Record", "container kind id blob missing json")


class Tree:
    """The tree that a manifest, read from `part`, names."""

    def __init__(self, store, part, tree):
        self.store, self.part, self.tree = store, part, tree

    def entries(self):
        """All entries of the leaves, ascending."""
        root, height = bytes.fromhex(self.tree["root"]), self.tree["height"]
        self.part.need(height <= 31, "a tree with too many levels")
        last_key, count = b"", 0
        for key, value in self.node(root, height, is_root=True, is_last=True):
            self.part.need(count == 0 or key > last_key, "keys that do not ascend")
            last_key, count = key, count + 1
            yield key, value
        self.part.need(count == self.tree["count"], "a tree with another number of entries")

    def node(self, chunk_id, level, is_root, is_last):
        """The entries of the leaves below a node; `is_last` says that it is the last of its level."""
        part = Part(self.store.content(self.part, NODE, chunk_id), self.part.where)
        part.expect(bytes([1, level]), "version and level of a node")
        entries = []
        for _ in range(part.number(4)):
            key, value = part.number(2), part.number(4)
            part.need(key <= 1024 and value <= 16 << 20, "an entry that is too long")
            entries.append((part.take(key), part.take(value)))
        part.end()
        fewest = (0 if level == 0 else 2) if is_root else 1
        part.need(len(entries) >= fewest, f"a node with {len(entries)} entries, where {fewest} are the fewest")
        ascend = all(before[0] < after[0] for before, after in itertools.pairwise(entries))
        part.need(ascend, "keys that do not ascend")
        part.need(cuts_fit(level, entries, is_last), "a node that ends where none should, or goes on")
        if level == 0:
            yield from entries
            return
        for number, (key, value) in enumerate(entries):
            below = Part(value, self.part.where)
            child, said, count, last = below.take(32), below.number(8), 0, b""
            below.end()
            last_child = is_last and number == len(entries) - 1
            for last, content in self.node(child, level - 1, is_root=False, is_last=last_child):
                count += 1
                yield last, content
            part.need((last, count) == (key, said), "a node that is not as the one above it says")


def cuts_fit(level, entries, is_last):
    """Section "Where nodes end": whether the node ends behind its last entry, and not sooner."""
    least, scale, most = ABOVE if level else LEAVES
    before, ends = 0, []
    for key, value in entries:
        size = before + 6 + len(key) + len(value)
        draw = int.from_bytes(hash_of(bytes([level]) + key)[:4], "little")
        likely = (size**4 - before**4) * 2**32 // scale**4
        ends.append(size >= least and (size >= most or draw < likely))
        before = size
    return not any(ends[:-1]) and (is_last or ends[-1])


def record(manifest_part, key, value):
    """An entry of a tree; `blob` is the chunk id of the list of pieces and the length in bytes."""
    where = manifest_part.where
    container, separator, behind = key.partition(b"\0")
    part = Part(behind, where)
    part.need(separator, "a key without a zero byte")
    kind, record_id = kind_of(part), part.text(part.left())
    part.need("\0" not in record_id, "a zero byte in the id of a record")
    container = Part(container, where).text(len(container))
    part = Part(value, where)
    part.expect(b"\x01", "version of a record")
    state, blob, missing = part.number(1), None, None
    part.need(state <= 2, f"the unknown state {state} of a record's bytes")
    if state == 1:
        blob = part.take(32), part.number(8)
    elif state == 2:
        missing = part.text(part.number(4))
    json_bytes = part.data[part.at:]
    sorted_members(part, part.json())
    return Record(container, kind, record_id, blob, missing, json_bytes)


def sorted_members(part, value):
    if isinstance(value, dict):
        part.need(list(value) == sorted(value), "JSON whose members are not sorted")
        value = value.values()
    if not isinstance(value, (str, int, float, type(None))):
        for inner in value:
            sorted_members(part, inner)


def attachment(store, part, chunk_id, length):
    """The pieces of an attachment's content, in order."""
    blob = Part(store.content(part, BLOB, chunk_id), part.where)
    blob.expect(b"\x01", "version of a list of pieces")
    total, count = blob.number(8), blob.number(4)
    blob.need(count <= 1_048_576, "a list with too many pieces")
    pieces = [(blob.take(32), blob.number(4)) for _ in range(count)]
    blob.end()
    blob.need(sum(size for _, size in pieces) == total == length, "pieces of another length than said")
    for piece, size in pieces:
        content = store.content(part, PIECE, piece)
        blob.need(len(content) == size, "a piece of another length than said")
        yield content
