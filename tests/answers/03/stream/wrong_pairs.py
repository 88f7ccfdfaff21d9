# mistake: sends rows two by two
# says: row 1 did not arrive
# says: with a warehouse that gives a row only when the row before has reached the visitor
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    waiting = []
    for row in open_cursor():
        waiting.append(f"{row}\n")
        if len(waiting) == 2:
            yield "".join(waiting).encode()
            waiting = []
    yield "".join(waiting).encode()
