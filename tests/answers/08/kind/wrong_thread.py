# mistake: a name that gunicorn does not know
# says: gunicorn has no setting `thread`
# says: did you mean `threads`?
workers = 2
worker_class = "gthread"
thread = 6
