# mistake: a dict where the list of tuples belongs
# says: the headers are a dict
# says: pass list(headers.items())
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode()
    start_response("200 OK", {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))})
    return [body]
