# mistake: a passport at every path
# says: GET /tea
# says: Only /passport has a passport
import json
import os


def app(environ, start_response):
    stamps = {
        "worker": os.getpid(),
        "server": environ.get("SERVER_SOFTWARE"),
        "scheme": environ["wsgi.url_scheme"],
        "threads": environ["wsgi.multithread"],
        "processes": environ["wsgi.multiprocess"],
        "host": environ["HTTP_HOST"],
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(stamps).encode()]
