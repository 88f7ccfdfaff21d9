"""The pages of the tea shop, as text. The check brings a menu of its own, with other pages."""

_PAGES = {
    "/": "Welcome to the tea shop.\n",
    "/sencha": "Sencha 煎茶: green, steamed, 3 € a cup\n",
    "/mint": "Té de menta: fresh mint, 2 € a cup\n",
}


def page(path):
    """The text of the page at ``path``; ``None`` where there is none."""
    return _PAGES.get(path)
