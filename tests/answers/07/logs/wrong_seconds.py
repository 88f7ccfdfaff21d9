# mistake: whole seconds
# says: This is whole seconds
accesslog = "-"
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(T)s"
