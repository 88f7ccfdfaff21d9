import json
import os

FROM = {"threads": "wsgi.multithread", "processes": "wsgi.multiprocess", "host": "HTTP_HOST"}
FROM |= {"server": "SERVER_SOFTWARE", "scheme": "wsgi.url_scheme"}


class app:
    def __init__(self, environ, start_response):
        self.environ, self.start = environ, start_response

    def __iter__(self):
        if self.environ["PATH_INFO"] == "/passport":
            self.start("200 OK", [("Content-Type", "application/json; charset=utf-8")])
            stamps = {name: self.environ.get(key) for name, key in FROM.items()}
            yield json.dumps(stamps | {"worker": os.getpid()}, indent=2).encode()
        else:
            self.start("404 Not Found", [("Content-Type", "text/plain")])
            yield b"no"
