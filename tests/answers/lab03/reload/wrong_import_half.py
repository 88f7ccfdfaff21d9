# mistake: imports a part of the application in the configuration, and workers inherit that part
# says: a new worker has loaded half a release, and gunicorn gives up
# says: Which of the two does a new worker read, and which one has it inherited from the arbiter?
import prices

workers = 2
proc_name = f"shop {prices.RELEASE}"
