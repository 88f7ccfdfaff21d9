"""Applications that tell where they are: their name, SCRIPT_NAME, PATH_INFO and the query, as JSON.

A harness may keep in ``before`` what the environ was outside: then they tell which other keys have changed.
"""

import json

before = None


def changed(environ):
    """The keys, but for the two that are meant to, that are not as they were outside."""
    names = {*before, *environ} - {"SCRIPT_NAME", "PATH_INFO"} if before else ()
    return sorted(n for n in names if n not in before or n not in environ or environ[n] is not before[n])


def shop(name):
    """An application of this name."""

    def app(environ, start_response):
        told = {
            "name": name,
            "environ": type(environ).__name__,
            "SCRIPT_NAME": environ.get("SCRIPT_NAME", ""),
            "PATH_INFO": environ.get("PATH_INFO", ""),
            "QUERY_STRING": environ.get("QUERY_STRING", ""),
            "changed": changed(environ),
        }
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    return app


tea, cake = shop("tea"), shop("cake")
