# mistake: the stub is still there
# says: the answer is not written yet
def request(method, target, host, body=""):
    raise NotImplementedError
