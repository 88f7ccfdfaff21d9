"""What the tea shop sells: a name and its price in euros for 100 grams."""

ITEMS = {"assam": 12, "darjeeling": 18, "earl grey": 11, "maté": 9, "sencha": 15}
