# mistake: the stub is still there
# says: the answer is not written yet
def cut(headers, data):
    raise NotImplementedError
