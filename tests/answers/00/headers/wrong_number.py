# mistake: the length is an int
# says: the value of Content-Length is an int: 22
# says: write it as text: str(...)
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", len(body))])
    return [body]
