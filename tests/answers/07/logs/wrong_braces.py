# mistake: str.format's braces
# says: saw {p} {m} {U} {s} {D}
accesslog = "-"
access_log_format = "{p} {m} {U} {s} {D}"
