# mistake: the visitor reads Python's message
# says: saw 'connection to the warehouse lost'
# says: What went wrong inside belongs in the log.
import sys

from warehouse import WarehouseError, open_cursor

TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    try:
        start_response("200 OK", TEXT)
        for row in open_cursor():
            yield f"{row}\n".encode()
    except WarehouseError as error:
        start_response("500 Internal Server Error", TEXT, sys.exc_info())
        yield str(error).encode()
