"""Where the words for typing come from: Tesseract's graphs of words, and how rare a word is by the pieces it is made of."""

import math
import struct

import dawg
import lexicon
import pieces

TELUGU, MALAYALAM = 0x0C00, 0x0D00


def traineddata(letters: list[str], edges: list[tuple[int, int, int]]) -> bytes:
    """A file as Tesseract has it, with a graph of words (where an edge leads, its flags, its letter) and its letters."""
    bits = len(letters).bit_length()
    packed = [leads << (bits + dawg.FLAGS) | flags << bits | letter for leads, flags, letter in edges]
    graph = dawg.GRAPH_HEAD.pack(42, len(letters), len(edges)) + struct.pack(f"<{len(edges)}Q", *packed)
    names = "\n".join([str(len(letters)), *(f"{letter} 1 0,255" for letter in letters)]).encode()
    head = 4 + 8 * 24
    begins = [-1] * 24
    begins[dawg.WORDS], begins[dawg.LETTERS] = head, head + len(graph)
    return struct.pack("<i24q", 24, *begins) + graph + names


def i2w(words: list[str]) -> bytes:
    encoded = [word.encode() for word in words]
    begins = [sum(map(len, encoded[:i])) for i in range(len(encoded) + 1)]
    return (
        bytes(pieces.COUNT_AT)
        + struct.pack(f"<{len(begins) + 1}i", len(words), *begins)
        + b"".join(encoded)
        + bytes(12)
    )


def test_a_graph_of_words_is_walked_along_every_edge_and_only_whole_words_come_out():
    # ఉం, ఉంది, కల: two words share a beginning, and ఉ, ఉంద and క are none.
    letters = ["NULL", "ఉ", "ం", "ద", "ి", "క", "ల"]
    edges = [
        (2, 0, 1),
        (5, dawg.LAST, 5),
        (3, dawg.LAST | dawg.ENDS, 2),
        (4, dawg.LAST, 3),
        (0, dawg.LAST | dawg.ENDS, 4),
        (0, dawg.LAST | dawg.ENDS, 6),
    ]
    assert dawg.words(traineddata(letters, edges)) == {"ఉం", "ఉంది", "కల"}


def test_the_strings_of_a_tokeniser_are_read_with_the_blank_that_begins_a_word():
    assert pieces.strings(i2w([" ఉంది", "లో", "a"])) == [" ఉంది", "లో", "a"]


def test_a_word_that_is_one_piece_is_more_frequent_than_one_that_is_put_together_and_letters_that_are_none_cost_most():
    found = pieces.of_block([*["x"] * 999, " ఉంది", "లో", " కల"], TELUGU)
    assert found[" ఉంది"] == math.log10(1000)
    rare = pieces.rarities(found, {"ఉంది", "కలలో", "ఉందిలో", "జఝ"})
    assert rare["ఉంది"] == 23 < rare["ఉందిలో"] <= rare["కలలో"] < rare["జఝ"]


def test_what_two_lists_hold_is_trusted_more_than_what_one_holds_and_a_piece_that_none_holds_least():
    found = pieces.of_block([" ఉంది", " కల", " వల"], TELUGU)
    rare = pieces.rarities(found, {"ఉంది", "కల"}, {"ఉంది"})
    alone = pieces.rarities(found, {"ఉంది", "కల", "వల"})
    assert rare["ఉంది"] == alone["ఉంది"]
    assert rare["కల"] == alone["కల"] + pieces.ONE_LIST
    assert rare["వల"] == alone["వల"] + pieces.NO_LIST


def test_pieces_of_other_scripts_are_left_out_and_joiners_are_not_part_of_a_word():
    assert set(pieces.of_block([" hai", " है", "ల"], TELUGU)) == {" ", "ల"}
    assert pieces.plain("సప్లయిస్\u200c") == "సప్లయిస్"
    assert pieces.plain("അവന്\u200d") == "അവൻ"


def test_malayalam_words_as_they_were_written_count_as_rarer_than_as_they_are_written_today():
    found = lexicon.fitting({"കൂടുതല്": 40, "കൂടുതൽ": 44, "ആണ്": 30, "ആൺ": 52, "ആര്യ": 50}, MALAYALAM)
    assert found == {"ആണ്": 30, "കൂടുതൽ": 44, "കൂടുതല്": 44 + lexicon.SLIPPED, "ആര്യ": 50, "ആൺ": 52}
    assert pieces.newer("മാര്ക്ക്") == "മാർക്ക്"
    assert not pieces.newer("ആര്യ")


def test_a_word_that_is_spelled_in_two_ways_is_as_frequent_as_both_in_the_one_that_most_write():
    rare = {"वहाँ": 33, "वहां": 34, "वाहन": 32, "वहा": 50}
    assert lexicon.together(rare) == {"वहाँ": 30, "वाहन": 32, "वहा": 50}
