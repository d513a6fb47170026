"""The model stands beside its tests and imports nothing of the program."""

from __future__ import annotations

import sys
from pathlib import Path

# ``python tests/model/explore.py`` finds its neighbours by itself; pytest is told.
sys.path.insert(0, str(Path(__file__).parent))
