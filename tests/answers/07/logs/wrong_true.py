# mistake: on or off, where a place to write to was asked for
# says: gunicorn refuses accesslog = True
accesslog = True
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(D)s"
