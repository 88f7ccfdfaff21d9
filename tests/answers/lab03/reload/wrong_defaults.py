# mistake: gunicorn's defaults, which end a sync worker's request after 30 s
# says: saw `timeout` is 30
# says: A request takes up to 90 seconds: what ends it earlier in your file?
workers = 2
