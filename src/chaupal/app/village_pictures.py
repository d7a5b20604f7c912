"""The pictures of the village, painted by a few lines of code each: fields, tractors, fire, tents, mountains, kites."""

import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 540  # as drawn
SIZE = (720, 405)  # as given out: making it smaller smoothes the edges

type Colour = tuple[int, int, int]
type Pen = ImageDraw.ImageDraw

YELLOW, GREEN, EARTH, RED, PAPER = (240, 196, 25), (86, 125, 52), (96, 70, 46), (178, 52, 41), (250, 240, 214)


def paint(name: str) -> bytes:
    """The picture of that name, as PNG; the same bytes each time."""
    top, bottom, draw = PICTURES[name]
    image = _sky(top, bottom)
    draw(ImageDraw.Draw(image), Random(name))  # noqa: S311 - for stars and leaves
    file = io.BytesIO()
    image.resize(SIZE, Image.Resampling.LANCZOS).save(file, "PNG", compress_level=1)
    return file.getvalue()


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    """A gradient from top to bottom."""
    ramp = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    return Image.composite(Image.new("RGB", ramp.size, bottom), Image.new("RGB", ramp.size, top), ramp)


def _field(pen: Pen, chance: Random, top: int) -> None:
    pen.rectangle((0, top, WIDTH, HEIGHT), GREEN)
    for _ in range(2600):
        y = top + int((HEIGHT - top) * chance.random() ** 0.7)
        size = 1 + 5 * (y - top) // (HEIGHT - top)
        x = chance.randrange(WIDTH)
        pen.ellipse((x, y, x + 2 * size, y + size), YELLOW)


def _disc(pen: Pen, x: int, y: int, radius: int, colour: Colour) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def _mustard(pen: Pen, chance: Random) -> None:
    _disc(pen, 680, 170, 60, (255, 236, 170))
    _field(pen, chance, 290)
    pen.rectangle((196, 180, 212, 310), EARTH)
    for x, y in ((204, 150), (165, 180), (245, 176), (204, 190)):
        _disc(pen, x, y, 46, (58, 92, 44))


def _marigolds(pen: Pen, chance: Random) -> None:
    pen.rectangle((0, 250, WIDTH, HEIGHT), (104, 102, 100))
    for y in range(300, HEIGHT, 60):
        size = (y - 180) // 12
        for x in range((y // 60 % 2) * 40, WIDTH, 80):
            pen.polygon(((x - size // 3, y), (x, y - 2 * size), (x + size // 3, y)), (52, 54, 60))
            flower = x + 40 + chance.randrange(-8, 8)
            pen.line((flower, y, flower, y - size), (58, 92, 44), 4)
            _disc(pen, flower, y - size, size // 2 + 2, (236, chance.randrange(110, 160), 24))
            _disc(pen, flower, y - size, size // 4, (250, 190, 60))


def _tractors(pen: Pen, chance: Random) -> None:
    _field(pen, chance, 260)
    pen.polygon(((0, 420), (WIDTH, 330), (WIDTH, HEIGHT), (0, HEIGHT)), (92, 90, 88))
    colours = (RED, (35, 84, 140), (52, 110, 60))
    for number in range(6):
        x, size = 40 + 155 * number, 1.15 - 0.11 * number
        y = 455 - 16 * number
        at = _placed(x, y, size)
        pen.rectangle((*at(0, -62), *at(92, -22)), colours[number % 3])
        pen.rectangle((*at(0, -104), *at(44, -62)), (40, 44, 50))
        _disc(pen, *at(22, -8), int(32 * size), (30, 30, 30))
        _disc(pen, *at(80, 4), int(20 * size), (30, 30, 30))
        pen.line((*at(70, -62), *at(70, -96)), (60, 60, 60), max(2, int(5 * size)))


def _placed(x: int, y: int, size: float) -> Callable[[int, int], tuple[int, int]]:
    """Points of a drawing put at a place, in a size."""
    return lambda dx, dy: (int(x + dx * size), int(y + dy * size))


def _langar(pen: Pen, chance: Random) -> None:
    pen.rectangle((0, 430, WIDTH, HEIGHT), EARTH)
    pen.pieslice((300, 190, 660, 530), 0, 180, (70, 72, 78))
    pen.ellipse((300, 320, 660, 400), (120, 122, 126))
    pen.ellipse((322, 332, 638, 390), (228, 178, 92))
    for x in (420, 480, 540):
        pen.arc((x, 150, x + 60, 330), 100, 260, (235, 235, 240), 5)
    for _ in range(70):
        x, tall = chance.randrange(290, 650), chance.randrange(20, 80)
        pen.polygon(((x, HEIGHT), (x + 22, HEIGHT), (x + 11, HEIGHT - tall)), (245, chance.randrange(110, 210), 40))


def _night(pen: Pen, chance: Random) -> None:
    for _ in range(160):
        x, y = chance.randrange(WIDTH), chance.randrange(330)
        pen.point((x, y), PAPER)
    _disc(pen, 760, 110, 46, PAPER)
    _disc(pen, 782, 98, 42, (13, 18, 44))
    pen.rectangle((0, 440, WIDTH, HEIGHT), (24, 26, 30))
    for number in range(6):
        x = 30 + 155 * number
        pen.polygon(((x, 450), (x + 70, 330 + 14 * (number % 2)), (x + 140, 450)), (72, 62, 60))
        pen.polygon(((x + 50, 450), (x + 70, 372), (x + 90, 450)), (255, 204, 102))


def _library(pen: Pen, chance: Random) -> None:
    pen.polygon(((60, 200), (480, 40), (900, 200)), (196, 84, 60))
    pen.rectangle((90, 200, 870, 500), (92, 66, 50))
    _disc(pen, 480, 190, 24, (255, 240, 180))
    for shelf in (310, 400, 490):
        x = 110
        while x < 840:
            width, tall = chance.randrange(10, 26), chance.randrange(48, 76)
            colour = tuple(chance.randrange(60, 230) for _ in range(3))
            pen.rectangle((x, shelf - tall, x + width, shelf), colour)
            x += width + 2
        pen.rectangle((100, shelf, 860, shelf + 8), (54, 36, 26))


def _mountain(pen: Pen, chance: Random) -> None:
    for x, tall, wide in ((120, 260, 300), (820, 290, 320), (480, 360, 380)):
        peak = 460 - tall
        pen.polygon(((x - wide, 460), (x, peak), (x + wide, 460)), (104, 112, 124))
        pen.polygon(((x - wide // 4, peak + tall // 4), (x, peak), (x + wide // 4, peak + tall // 4)), (244, 248, 252))
    pen.rectangle((0, 455, WIDTH, HEIGHT), (70, 92, 62))
    pen.polygon(((440, 455), (520, 455), (760, HEIGHT), (240, HEIGHT)), (148, 116, 82))


def _kites(pen: Pen, chance: Random) -> None:
    _field(pen, chance, 400)
    for x, y, colour in ((250, 180, RED), (520, 110, (56, 96, 168)), (740, 220, (226, 130, 34))):
        pen.polygon(((x, y - 60), (x + 48, y), (x, y + 60), (x - 48, y)), colour)
        pen.line((x, y - 60, x, y + 60), PAPER, 3)
        pen.line((x, y + 60, x - 60, y + 150, x - 20, 400), PAPER, 2)


def _office(pen: Pen, chance: Random) -> None:
    pen.rectangle((0, 440, WIDTH, HEIGHT), (150, 128, 96))
    pen.polygon(((240, 210), (480, 90), (720, 210)), (206, 150, 110))
    pen.rectangle((250, 210, 710, 236), (226, 178, 136))
    for x in range(270, 700, 84):
        pen.rectangle((x, 236, x + 40, 420), (240, 208, 170))
    pen.rectangle((230, 420, 730, 446), (206, 150, 110))


def _platform(pen: Pen, chance: Random) -> None:
    pen.rectangle((0, 430, WIDTH, HEIGHT), (164, 132, 90))
    pen.polygon(((440, 430), (462, 250), (498, 250), (520, 430)), EARTH)
    for _ in range(90):
        x, y = 480 + chance.randrange(-190, 190), 210 + chance.randrange(-110, 80)
        _disc(pen, x, y, chance.randrange(20, 44), (chance.randrange(44, 70), chance.randrange(96, 130), 52))
    pen.ellipse((270, 400, 690, 480), (206, 186, 150))
    pen.rectangle((270, 440, 690, 476), (176, 152, 116))
    pen.ellipse((270, 436, 690, 516), (176, 152, 116))


DAWN, DAY, DUSK, DARK = (
    ((246, 186, 120), (255, 236, 200)),
    ((120, 176, 226), (226, 238, 246)),
    ((44, 62, 110), (214, 132, 96)),
    ((8, 12, 34), (34, 44, 86)),
)
PICTURES: dict[str, tuple[Colour, Colour, Callable[[Pen, Random], None]]] = {
    "mustard": (*DAWN, _mustard),
    "marigolds": (*DAWN, _marigolds),
    "tractors": (*DAY, _tractors),
    "langar": (*DUSK, _langar),
    "night": (*DARK, _night),
    "library": (*DUSK, _library),
    "mountain": (*DAY, _mountain),
    "kites": (*DAY, _kites),
    "office": (*DAWN, _office),
    "platform": (*DAWN, _platform),
}
