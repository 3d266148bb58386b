"""How many sockets of each kind of page this process holds open."""

from collections import Counter

OPENED: Counter[str] = Counter()
