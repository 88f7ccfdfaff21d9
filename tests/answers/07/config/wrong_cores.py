# mistake: a formula out of a blog, where two was asked for
# says: workers, and two is the default.
import os

workers = int(os.environ.get("SHOP_WORKERS") or 2 * 3 + 1)
threads = 4
