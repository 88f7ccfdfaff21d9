# mistake: the charset is lost
# says: expected Content-Type: text/plain; charset=utf-8
# says: How shall the visitor's program know which bytes mean which letters?
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
