# mistake: a setting that gunicorn does not have
# says: gunicorn has no setting `time_out`, and says nothing about it; did you mean `timeout`?
workers = 3
time_out = 6
