# mistake: gives the application two variables
# says: environ has no 'SERVER_NAME'
def call(app, method, path, body=b""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
    head, blocks = [], []

    def start_response(status, headers, exc_info=None):
        head[:] = [status, headers]
        return blocks.append

    for block in app(environ, start_response):
        blocks.append(block)
    return *head, b"".join(blocks)
