# mistake: seconds with a point
# says: These are seconds with a decimal point
accesslog = "-"
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(L)s"
