# mistake: nothing was written
# says: the answer is not written yet
def request_id(app):
    raise NotImplementedError
