"""The section "Pages in words"."""
from parts import le


def is_word(entry):
    return all(byte >= 0x80 or chr(byte).isalpha() for byte in entry)


class Vocabulary:
    """The content of a chunk of kind 5."""

    def __init__(self, part):
        part.expect(b"\x01", "version of a vocabulary")
        count = part.number(2)
        part.need(count <= 8317, "a vocabulary with too many entries")
        self.entries = [part.take(part.number(1)) for _ in range(count)]
        part.need(all(self.entries) and len(set(self.entries)) == count, "a vocabulary with an entry empty or twice")
        self.dictionary = part.rest()

    def page(self, part, most):
        """The node that a page in words stands for; `most` is its length."""
        count, key, node, length = part.number(4), b"", [], 6
        for _ in range(count):
            shared = part.number(1)
            part.need(shared <= len(key), "a key that shares more than there is")
            key = key[:shared] + part.take(part.number(2))
            value = self.value(part, most)
            node += [le(len(key), 2), le(len(value), 4), key, value]
            length += 6 + len(key) + len(value)
            part.need(length <= most, "a page in words that is longer than said")
        part.end()
        return b"\x01\x00" + le(count, 4) + b"".join(node)

    def value(self, part, most):
        value, behind_word = bytearray(), False
        while (symbol := part.number(1)) != 0x1E:
            part.need(len(value) <= most, "a page in words that is longer than said")
            if symbol == 0x1F:
                value += part.take(part.number(1) + 1)
                behind_word = False
            elif 0x20 <= symbol <= 0x7F:
                value.append(symbol)
                behind_word = False
            else:
                capital = symbol == 0x1D
                entry = self.entry(part, part.number(1) if capital else symbol)
                if behind_word and is_word(entry):
                    value += b" "
                value += entry[:1].upper() + entry[1:] if capital else entry
                behind_word = is_word(entry)
        return bytes(value)

    def entry(self, part, symbol):
        if symbol <= 0x1C:
            number = symbol
        elif 0x80 <= symbol <= 0xDF:
            number = symbol - 0x80 + 29
        else:
            part.need(symbol >= 0xE0, f"the symbol {symbol:02X} where that of an entry is expected")
            number = 125 + 256 * (symbol - 0xE0) + part.number(1)
        part.need(number < len(self.entries), f"vocabulary entry {number}, which does not exist")
        return self.entries[number]
