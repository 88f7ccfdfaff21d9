"""How a test hands over a table to be printed at the end: ``record_property(TABLE + title, rows)``.

Properties come back from the processes that pytest-xdist runs tests in.
"""

TABLE = "table: "
