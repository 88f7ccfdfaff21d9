# mistake: a format for a log that is off
# says: saw no line
# says: The access log is off unless
access_log_format = "%(p)s %(m)s %(U)s %(s)s %(D)s"
