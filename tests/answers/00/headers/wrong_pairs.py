# mistake: lists of two where tuples belong
# says: header 1 is a list
# says: write each header as a tuple
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode()
    start_response("200 OK", [["Content-Type", "text/plain; charset=utf-8"], ["Content-Length", str(len(body))]])
    return [body]
