accesslog = "-"
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(D)s"
