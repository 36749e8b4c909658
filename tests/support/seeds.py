# SPDX-License-Identifier: MIT
"""Chooses the seeds of tests that draw random values.

Seeds are the same each time, so that a failure is caused by the change at hand
and can be repeated. CAMIPC_TEST_SEED=N chooses another seed, and
CAMIPC_TEST_SEED=new a random one; a failure prints its seed.
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
