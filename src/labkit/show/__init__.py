"""Pictures of a trace, each with the same finding in words, and predictions to set beside them.

lanes(trace)                     a lane for each worker, a bar for each request
compare({"sync 1": trace, ...})  several traces on one time scale
lifetimes(watched)               a lane for each process of a server, from its birth to its end
curve({"sync": {1: 10.0}})       how a figure changes with a number that is turned, beside a formula
predict(question, choices)       commit to an answer before the experiment
"""

from labkit.show.curve import curve
from labkit.show.lanes import compare, lanes
from labkit.show.lifetimes import lifetimes
from labkit.show.picture import Picture
from labkit.show.predict import Prediction, predict

__all__ = ["Picture", "Prediction", "compare", "curve", "lanes", "lifetimes", "predict"]
