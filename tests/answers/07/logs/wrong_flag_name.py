# mistake: the flag's name in the file
# says: gunicorn has no setting `access_logfile`, and says nothing about it; did you mean `accesslog`?
access_logfile = "-"
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(D)s"
