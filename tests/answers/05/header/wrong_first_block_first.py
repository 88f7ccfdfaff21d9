# mistake: it asks for the first block itself, so that start_response is called
# says: the first block was asked for before the layer returned
from itertools import chain

import pages


def app(environ, start_response):
    def start(status, headers, exc_info=None):
        return start_response(status, [*headers, ("X-Frame-Options", "DENY")], exc_info)

    blocks = iter(pages.app(environ, start))
    return chain([next(blocks)], blocks)
