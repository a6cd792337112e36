"""The section "Manifests"."""
from parts import MOST

KINDS = {5: "account", 10: "workspace", 14: "group", 16: "group-member", 20: "workspace-member", 25: "folder",
         30: "container", 40: "member", 50: "extension", 60: "label", 70: "field-def", 80: "field-option",
         82: "field-use", 85: "summary-field", 90: "section", 100: "item", 105: "placement", 107: "container-link",
         110: "field-value", 115: "image",
         120: "checklist", 130: "checklist-item", 135: "brief", 140: "attachment", 150: "sticker", 155: "discussion",
         160: "comment", 165: "enclosure", 170: "extension-data", 180: "status-update", 190: "inventory"}


def kind(part):
    rank = part.number(1)
    part.need(rank in KINDS, f"the rank {rank}, which no kind of records has")
    return KINDS[rank]


def flag(part):
    byte = part.number(1)
    part.need(byte <= 1, "a flag that is neither 0 nor 1")
    return byte == 1


def u64(part):
    byte = part.number(1)
    part.need(byte <= 253, "a number longer than 8 bytes")
    return byte if byte <= 250 else part.number({251: 2, 252: 4, 253: 8}[byte])


def i64(part):
    number = u64(part)
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def text(part):
    return part.text(u64(part))


def id_(part):
    return part.take(32).hex()


def optional(type_):
    return lambda part: type_(part) if flag(part) else None


def list_of(type_):
    def read(part):
        count = u64(part)
        part.need(count <= part.left(), "a list longer than what is left")
        return [type_(part) for _ in range(count)]
    return read


def fields(**types):
    return lambda part: {name: type_(part) for name, type_ in types.items()}


def tuple_of(*types):
    return lambda part: tuple(type_(part) for type_ in types)


def purpose(part):
    number = u64(part)
    part.need(number <= 2, f"the unknown purpose {number}")
    return {"safety": {"run": text(part)}} if number == 1 else "backup" if number == 0 else "scan"


def status(part):
    number = u64(part)
    part.need(number <= 1, f"the unknown status {number}")
    return ("complete", "partial")[number]


MANIFEST = fields(
    number=u64, platform=text, connection=text, purpose=purpose, parent=optional(id_),
    tree=fields(root=id_, count=u64, height=lambda part: part.number(1)),
    started_at=i64, finished_at=i64, status=status,
    counts=lambda part: dict(list_of(tuple_of(kind, u64))(part)),
    coverage=list_of(fields(kind=kind, expected=optional(u64), got=u64)),
    missing=list_of(fields(key=optional(fields(container=text, kind=kind, id=text)), what=text, why=text)),
    vanished=list_of(text),
    containers=list_of(fields(
        id=text, name=text, workspace=optional(tuple_of(text, text)), closed=flag, version=optional(text),
        records=u64, carried_from=optional(id_))),
    bytes=fields(records_plain=u64, blobs_plain=u64, stored=u64),
    usage=fields(requests=u64, downloads=u64, writes=u64, retries=u64, bytes_in=u64, bytes_out=u64, waited_ms=u64),
    full_pass=flag,
    left_out=fields(no_attachments=flag, max_attachment=optional(u64), attachments=u64, bytes=u64))


def manifest(part):
    """The fields of a manifest, by name."""
    part.need(len(part.data) <= MOST, "a manifest that is too long")
    part.expect(b"\x01", "version of a manifest")
    found = MANIFEST(part)
    part.end()
    return found
