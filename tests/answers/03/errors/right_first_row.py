from itertools import chain

from warehouse import WarehouseError, open_cursor


def app(environ, start_response):
    cursor = iter(open_cursor())
    try:
        first = next(cursor)
    except WarehouseError as error:
        environ["wsgi.errors"].write(f"warehouse: {error}\n")
        body = b"The warehouse does not answer."
        start_response("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (f"{row}\n".encode() for row in chain([first], cursor))
