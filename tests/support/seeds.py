# SPDX-License-Identifier: MIT
"""Seeds of tests that draw values.

The same each time, so that a failure is about the change at hand and comes
again. CAMIPC_TEST_SEED=N begins elsewhere, CAMIPC_TEST_SEED=new somewhere that
nobody has tried; a failure names what it was given.
"""

import os
import random

_ROOM = 1 << 30


def one():
    given = os.environ.get("CAMIPC_TEST_SEED", "1")
    return random.randrange(_ROOM) if given == "new" else int(given)


def some(count):
    draw = random.Random("seeds from %d" % one())
    return [draw.randrange(_ROOM) for _ in range(count)]
