# mistake: fits where nothing is set
# says: with SHOP_WORKERS=3
# says: gunicorn has started 2 workers, and the environment says 3
workers = 2
threads = 4
