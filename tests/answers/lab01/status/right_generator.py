from http import HTTPStatus


def app(environ, start_response):
    code = int(environ["PATH_INFO"].rpartition("/")[2])
    method = environ["REQUEST_METHOD"]
    status = f"{code} {HTTPStatus(code).phrase}"
    blocks = [part.encode() for part in (status, " — ", method, "\n")]
    length = str(sum(map(len, blocks)))
    start_response(
        status,
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", length), ("X-Method", method)],
    )
    yield from blocks
