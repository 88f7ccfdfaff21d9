# mistake: the stub is still there
# says: the answer is not written yet
def call(app, method, path, body=b""):
    raise NotImplementedError
