import warehouse


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (row.encode("utf-8") + b"\n" for row in warehouse.open_cursor())
