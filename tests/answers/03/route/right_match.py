def app(environ, start_response):
    status = "200 OK"
    match environ["PATH_INFO"]:
        case "/" | "":
            text = "Welcome\n"
        case "/tea":
            text = "Green tea\n"
        case "/cake":
            text = "Sold out\n"
        case other:
            status, text = "404 Not Found", f"no page {other!r}\n"
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(text.encode())))])
    yield text.encode()
