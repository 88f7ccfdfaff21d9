# mistake: milliseconds
# says: These are milliseconds
accesslog = "-"
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(M)s"
