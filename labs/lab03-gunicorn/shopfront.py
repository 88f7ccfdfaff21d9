"""The shop in two files that have to be of the same release, `prices.py` and `pages.py`; it takes a while to start."""

import os
import time

import pages
import prices
import trouble

if prices.RELEASE != pages.RELEASE:
    raise ImportError(f"half of a release: prices.py is of {prices.RELEASE}, pages.py is of {pages.RELEASE}")
time.sleep(float(os.environ.get("START_SECONDS", "1")))  # it reads its catalogue
trouble.RELEASE = prices.RELEASE
app = trouble.app
