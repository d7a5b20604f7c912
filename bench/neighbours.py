"""The same calls to a neighbour, where one is installed: snac (C, files), seeded through its own command."""

import random
import shutil
import subprocess
from pathlib import Path

from bench.data import HINDI, sentence

PEOPLE, POSTS = 10, 600
