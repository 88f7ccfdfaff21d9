# mistake: the answer is not written yet
# says: the answer is not written yet
def what_happened(log):
    raise NotImplementedError
