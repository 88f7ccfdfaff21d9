# mistake: makes the two counts equal by an encoding of one byte a character
# says: bytes that are no UTF-8
# says: the text was encoded in another way
def app(environ, start_response):
    text = "Café crème: 2.80 €"
    body = text.encode("cp1252")
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))])
    return [body]
