"""The section "Entries of the catalogue log", and what the snapshots in it hold."""
import collections
import re

from manifest import manifest
from parts import Damage, Part, hash_of
from store import DOCUMENT
from trees import Tree, attachment, record

MANIFEST, CONNECTION, PLAN, RUN, DOWNLOADS, KEEPING = 1, 2, 3, 4, 5, 7
EVENTS = {"opened", "resumed", "intent", "done", "settled", "failed", "skipped", "closed"}


class Catalogue:
    """What the entries of a store's log say. Problems are added to those of the store."""

    def __init__(self, store, extract=None):
        self.store, self.extract, self.checked = store, extract, set()
        self.snapshots, self.pinned, self.held, self.forgotten = {}, {}, {}, set()
        readers = {MANIFEST: self.snapshot, CONNECTION: self.connection, PLAN: self.plan, RUN: self.run,
                   DOWNLOADS: self.downloads, KEEPING: self.keeping}
        for entry in store.entries:
            store.counts[f"log entries of kind {entry.kind}"] += 1
            if entry.kind in readers:
                store.attempt(readers[entry.kind], store.log_part(entry))
        for snapshot_id, (part, found) in self.snapshots.items():
            if snapshot_id not in self.forgotten:
                store.attempt(self.records, snapshot_id, part, found)

    def snapshot(self, part):
        snapshot_id = hash_of(part.data).hex()
        self.snapshots[snapshot_id] = part, manifest(part)

    def connection(self, part):
        variant(part, {
            "Added": {"name", "platform", "base_url", "identity", "credentials"},
            "Removed": {"name"},
            "Rotated": {"name", "of", "credentials"},
        })

    def plan(self, part):
        said = part.json()
        members(part, said, {"hash", "chunk", "connection"})
        content = self.store.content(part, DOCUMENT, chunk_id(part, said["chunk"]))
        part.need(hash_of(content).hex() == said["hash"], "a plan that does not fit its hash")
        Part(content, part.where).json()

    def run(self, part):
        part.need(re.fullmatch("[0-9a-f]{16}", part.text(16)), "no id of a run")
        while part.left():
            event = Part(part.take(part.number(4)), part.where)
            event.expect(b"\x01", "version of an event")
            said = event.json()
            part.need(isinstance(said, dict) and said.get("event") in EVENTS, "an unknown event of a run")

    def downloads(self, part):
        said = part.json()
        members(part, said, {"connection", "stored"})
        for key, blob in said["stored"]:
            members(part, key, {"container", "kind", "id"})
            members(part, blob, {"id", "len"})
            chunk_id(part, blob["id"])

    def keeping(self, part):
        """Section "What is kept and what is forgotten"."""
        name, said = variant(part, {
            "Pinned": {"snapshot", "note"}, "Unpinned": {"snapshot"},
            "Held": {"snapshot", "reason", "until"}, "Released": {"snapshot"},
            "Forgotten": {"snapshot", "why"}, "Rules": {"connection", "rules"}})
        if name != "Rules":
            part.need(said["snapshot"] in self.snapshots, f"{name} is a snapshot that is not in the log before")
        if name == "Pinned":
            self.pinned[said["snapshot"]] = {"note": said["note"]}
        elif name == "Held":
            self.held[said["snapshot"]] = {"reason": said["reason"], "until": said["until"]}
        elif name == "Unpinned":
            self.pinned.pop(said["snapshot"], None)
        elif name == "Released":
            self.held.pop(said["snapshot"], None)
        elif name == "Forgotten":
            self.forgotten.add(said["snapshot"])

    def records(self, snapshot_id, part, found):
        """Reads all records of a snapshot, and holds the manifest against them."""
        kinds, containers, attached = collections.Counter(), collections.Counter(), 0
        for key, value in Tree(self.store, part, found["tree"]).entries():
            entry = record(part, key, value)
            kinds[entry.kind] += 1
            containers[entry.container] += 1
            if entry.blob:
                attached += entry.blob[1]
                self.bytes(part, entry.blob)
            if self.extract:
                self.extract(snapshot_id, found, entry, lambda: attachment(self.store, part, *entry.blob))
        part.need(kinds == collections.Counter(found["counts"]), "the manifest counts other records")
        for container in found["containers"]:
            counted = containers[container["id"]]
            part.need(counted == container["records"], f"container {container['id']} has {counted} records")
        part.need(attached == found["bytes"]["blobs_plain"], f"{attached} bytes are attached")
        self.store.counts["records"] += kinds.total()

    def bytes(self, part, blob):
        if blob not in self.checked:
            self.checked.add(blob)
            for _ in attachment(self.store, part, *blob):
                pass
            self.store.counts["attachments"] += 1
            self.store.counts["attachment bytes"] += blob[1]

    def report(self):
        return [{"id": snapshot_id, "forgotten": snapshot_id in self.forgotten,
                 "pinned": self.pinned.get(snapshot_id), "held": self.held.get(snapshot_id), "manifest": found}
                for snapshot_id, (_, found) in self.snapshots.items()]


def members(part, value, names):
    there = isinstance(value, dict) and names <= set(value)
    part.need(there, f"JSON without one of the members {', '.join(sorted(names))}")


def variant(part, names):
    """A JSON object with one member, which is one of `names` and has the members given there."""
    value = part.json()
    part.need(isinstance(value, dict) and len(value) == 1, "no JSON object with one member")
    [(name, said)] = value.items()
    part.need(name in names, f"the unknown member {name}")
    members(part, said, names[name])
    return name, said


def chunk_id(part, text):
    part.need(isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text), "no hash of 64 digits")
    return bytes.fromhex(text)
