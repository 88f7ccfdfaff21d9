# mistake: an encoding that has no euro sign
# says: the application raised UnicodeEncodeError in line
def app(environ, start_response):
    body = "Café crème: 2.80 €".encode("latin-1")
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
