"""Chance with a seed. Python's own generator may change what a seed gives; these few lines do not."""
import hashlib

MASK = (1 << 64) - 1


class Chance:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        it = self.state
        it = ((it ^ (it >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        it = ((it ^ (it >> 27)) * 0x94D049BB133111EB) & MASK
        return it ^ (it >> 31)

    def below(self, limit):
        return self.bits() % limit

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def one_of(self, items):
        return items[self.below(len(items))]

    def percent(self, share):
        return self.below(100) < share

    def shuffled(self, items):
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            k = self.below(i + 1)
            out[i], out[k] = out[k], out[i]
        return out


def hexdigits(text, length):
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def uuid(text):
    it = hexdigits("uuid " + text, 32)
    return f"{it[:8]}-{it[8:12]}-4{it[13:16]}-a{it[17:20]}-{it[20:32]}"
