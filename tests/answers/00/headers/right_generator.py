WORDS = ["Café ", "crème: ", "2.80 ", "€"]


def app(environ, start_response):
    blocks = [word.encode("utf-8") for word in WORDS]
    size = sum(len(block) for block in blocks)
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(size))])
    yield from blocks
