# mistake: a name that gunicorn does not know
# says: gunicorn has no setting `access_logformat`, and says nothing about it; did you mean `access_log_format`?
accesslog = "-"
access_logformat = "%(p)s %(m)s %(U)s %(s)s %(D)s"
