# mistake: no worker ever leaves
# says: Who ends it before that?
workers = 4
timeout = 4
