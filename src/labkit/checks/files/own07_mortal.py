"""The application that lets nobody out, with one page more: `/exit?3` ends the process with this status, and no signal."""

import os

import held


def app(environ, start_response):
    if environ["PATH_INFO"] == "/exit":
        os._exit(int(environ["QUERY_STRING"]))
    return held.app(environ, start_response)
