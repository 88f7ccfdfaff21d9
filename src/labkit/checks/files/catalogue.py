"""The catalogue as an examination lays it beside the answer: the same name as in the lab's own, other teas in it.

A hidden test lays a third one over it. The names are chosen for what goes wrong with them: a letter that is two bytes
in UTF-8, a space, and a plus sign, which stands for itself in a path.
"""

ITEMS = {"oolong": 21, "thé vert": 14, "black+white": 17, "bancha": 8}
