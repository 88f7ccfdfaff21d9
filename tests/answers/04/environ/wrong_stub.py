# mistake: nothing written yet
# says: the answer is not written yet
def make_environ(head, server):
    raise NotImplementedError
