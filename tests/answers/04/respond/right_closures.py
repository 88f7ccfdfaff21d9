from framing import make_head
from loop import serve_each


def serve(listener, app):
    serve_each(listener, app, respond)


def respond(connection, environ, app):
    said, framing = [], []

    def start_response(status, headers, exc_info=None):
        said[:] = status, headers
        return write

    def send_head():
        head, *framing[:] = make_head(*said, environ)
        connection.sendall(head)

    def write(block):
        if not block:
            return
        if not framing:
            send_head()
        chunked, empty = framing
        if chunked:
            connection.sendall(f"{len(block):X}\r\n".encode() + block + b"\r\n")
        elif not empty:
            connection.sendall(block)

    result = app(environ, start_response)
    try:
        for block in result:
            write(block)
        if not framing:
            send_head()
        if framing[0]:
            connection.sendall(b"0\r\n\r\n")
    finally:
        close = getattr(result, "close", None)
        if close:
            close()
