# mistake: text goes through, as long as it is a number
# says: gunicorn refuses workers =
# says: started gunicorn with SHOP_WORKERS empty
import os

workers = os.environ.get("SHOP_WORKERS", "2")
threads = 4
