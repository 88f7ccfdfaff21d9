# mistake: the starter as it is: characters counted
# says: Content-Length is '18', the body has 22 bytes
# says: The visitor's program read 'Café crème: 2.80' and stopped there.
def app(environ, start_response):
    text = "Café crème: 2.80 €"
    start_response("200 OK", [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
    ])
    return [text.encode()]
