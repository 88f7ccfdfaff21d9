# mistake: the headers are wanted when the call returns; a generator has not run by then
# says: GET /late, which calls start_response with its first block
# says: Had it called when you looked?
import pages


def app(environ, start_response):
    said = []
    blocks = pages.app(environ, lambda *words: said.extend(words))
    status, headers = said[:2]
    start_response(status, [*headers, ("X-Frame-Options", "DENY")], *said[2:])
    return blocks
