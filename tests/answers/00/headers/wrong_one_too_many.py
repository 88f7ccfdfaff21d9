# mistake: counts a line end that is not sent
# says: Content-Length is '23', the body has 22 bytes
# says: waited for more bytes, until the server hung up
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body) + 1))]
    start_response("200 OK", headers)
    return [body]
