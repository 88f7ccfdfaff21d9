# mistake: a list of all rows
# says: row 1 did not arrive; the application had asked the warehouse for 2 rows by then
# says: What does the function hand to it, and when?
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{row}\n".encode() for row in open_cursor()]
