"""The words that Tesseract's data for a language hold (Apache licence 2.0): what a recogniser of printed text expects to read.

A .traineddata file is a table of parts; one is a directed graph of all words, letter by letter, another says what each letter is.
"""

import struct
from collections.abc import Iterator

WORDS, LETTERS = 19, 21  # the parts, by their number
GRAPH_HEAD = struct.Struct("<hii")  # a mark, how many letters there are, how many edges
LAST, ENDS = 1, 4  # flags of an edge: none follows that leaves the same place; a word ends with it
FLAGS = 3  # bits


def words(traineddata: bytes) -> set[str]:
    parts = _sections(traineddata)
    lines = parts[LETTERS].decode("utf-8").split("\n")
    letters = [line.split(" ")[0] for line in lines[1 : int(lines[0]) + 1]]
    _, kinds, count = GRAPH_HEAD.unpack_from(parts[WORDS])
    edges = struct.unpack_from(f"<{count}Q", parts[WORDS], GRAPH_HEAD.size)
    return set(_walk(edges, kinds.bit_length(), letters))


def _sections(file: bytes) -> dict[int, bytes]:
    (count,) = struct.unpack_from("<i", file)
    begins = struct.unpack_from(f"<{count}q", file, 4)
    there = sorted((start, number) for number, start in enumerate(begins) if start >= 0)
    ends = [start for start, _ in there[1:]] + [len(file)]
    return {number: file[start:end] for (start, number), end in zip(there, ends, strict=True)}


def _walk(edges: tuple[int, ...], bits: int, letters: list[str]) -> Iterator[str]:
    """Every word, from the root on. An edge: where it leads, its flags, its letter."""
    waiting = [(0, "")]
    while waiting:
        at, before = waiting.pop()
        while True:
            edge = edges[at]
            word = before + letters[edge & ((1 << bits) - 1)]
            flags = edge >> bits
            if flags & ENDS:
                yield word
            if leads := edge >> (bits + FLAGS):
                waiting.append((leads, word))
            if flags & LAST:
                break
            at += 1
