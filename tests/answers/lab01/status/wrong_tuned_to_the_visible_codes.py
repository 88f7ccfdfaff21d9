# mistake: a table of the codes that the visible check asks for
# says: PUT /status/503
# says: the status line 503 Service Unavailable
REASONS = {"404": "Not Found", "200": "OK", "418": "I'm a Teapot"}


def app(environ, start_response):
    code = environ["PATH_INFO"].removeprefix("/status/")
    status = f"{code} {REASONS[code]}" if code in REASONS else "500 Internal Server Error"
    method = environ["REQUEST_METHOD"]
    body = f"{status} — {method}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("X-Method", method),
    ]
    start_response(status, headers)
    return [body]
