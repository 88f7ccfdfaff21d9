# mistake: returns in the first round of the loop
# says: expected 3 lines
# says: One row of the warehouse is one line, in the same order, with nothing added.
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in open_cursor():
        return [f"{row}\n".encode()]
