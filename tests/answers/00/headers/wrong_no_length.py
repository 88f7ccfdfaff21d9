# mistake: the length removed instead of mended
# says: no Content-Length
# says: with it a program can tell a whole answer from one that broke off
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [body]
