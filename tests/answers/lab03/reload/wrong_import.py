# mistake: the configuration imports the application, so the arbiter has it in memory
# says: Which line of your file loads it into the arbiter?
import prices

workers = 2
proc_name = f"shop {prices.RELEASE}"
