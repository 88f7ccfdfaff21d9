from warehouse import open_cursor


def app(environ, start_response):
    """The older way: the callable that start_response returns sends a block at once."""
    write = start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    for row in open_cursor():
        write(f"{row}\n".encode())
    return []
