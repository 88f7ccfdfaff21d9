# mistake: quotes by hand and forgets line ends
# says: a line end in a value lets a visitor write headers of their own
def app(environ, start_response):
    text = environ["PATH_INFO"].replace("%", "%25").replace("/go/", "/place/", 1)
    for mark in " ?#":
        text = text.replace(mark, f"%{ord(mark):02X}")
    address = "".join(c if c < "\x80" else f"%{ord(c):02X}" for c in text)
    start_response("303 See Other", [("Location", address)])
    return []
