"""A drawn figure that fits its surroundings: inline SVG in the theme's colours, a file on white, or words."""

import html
import io
import re
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 800  # CSS pixels: what JupyterLab shows without scaling
PER_INCH = 100  # pixels of ours to one of matplotlib's inches

# Text and axes are drawn in this colour, which nobody would choose, and then given the colour of the page.
TEXT = "#010203"
ON_PAGE = "var(--jp-ui-font-color1, var(--vscode-foreground, #1a1a1a))"
ON_WHITE = "#1a1a1a"
FONT_ON_PAGE = "var(--jp-ui-font-family, system-ui, sans-serif)"
FONT_ON_WHITE = "system-ui, 'DejaVu Sans', sans-serif"

# matplotlib's settings belong to the whole process: two threads that draw would restore each other's.
_drawing = threading.Lock()
SETTINGS = {"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9.0}


class Picture:
    """A picture and what it shows in words.

    A notebook shows it inline, with text in the colour of the theme. `.svg` is the picture as a file of its
    own on white, `.alt` the finding in words; `caption` is what of it stands below the picture (all, unless
    some of it is drawn already), `extra` is HTML that follows.
    """

    def __init__(self, drawn: str, alt: str, extra: str = "", caption: str | None = None) -> None:
        self.alt = alt
        self._caption = alt if caption is None else caption
        self._drawn = drawn
        self._extra = extra

    @classmethod
    def of(cls, figure: "Figure", alt: str, extra: str = "", caption: str | None = None) -> "Picture":
        """The picture of a matplotlib figure, drawn under SETTINGS."""
        import matplotlib

        out = io.StringIO()
        with _drawing, matplotlib.rc_context(SETTINGS):
            figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        return cls(_tidy(out.getvalue()), alt, extra, caption)

    @property
    def svg(self) -> str:
        """The picture as the text of an SVG file: dark text on white, with the finding as its title."""
        white = '<rect width="100%" height="100%" fill="#ffffff"/>'
        title = f"<title>{html.escape(self.alt)}</title>"
        drawn = self._drawn.replace(TEXT, ON_WHITE).replace("FONT-OF-PAGE", FONT_ON_WHITE)
        return re.sub(r"<svg ([^>]*)>", lambda found: f'<svg role="img" {found[1]}>{title}{white}', drawn, count=1)

    def save(self, path: str | Path) -> Path:
        """Write the picture to `path`, which must end in .svg, and return the path."""
        path = Path(path)
        if path.suffix != ".svg":
            raise ValueError(f"a picture is saved as SVG: call the file {path.with_suffix('.svg').name}")
        path.write_text(self.svg, encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._html(), "image/svg+xml": self.svg, "text/plain": self.alt}

    def _html(self) -> str:
        # Two pictures on one page share its ids: each gets its own, or one would borrow the other's clip
        # paths.
        own = f"l{secrets.token_hex(4)}-"
        drawn = re.sub(r'\bid="', f'id="{own}', self._drawn)
        drawn = re.sub(r'(href="|url\()#', rf"\1#{own}", drawn)
        drawn = drawn.replace(TEXT, ON_PAGE).replace("FONT-OF-PAGE", FONT_ON_PAGE)
        drawn = drawn.replace(
            "<svg ", f'<svg aria-hidden="true" style="width:100%;max-width:{WIDTH}px;height:auto" ', 1
        )
        label = html.escape(self.alt, quote=True)
        words = html.escape(self._caption).replace("\n", "<br>")
        return (
            f'<figure role="img" aria-label="{label}" style="margin:0;max-width:{WIDTH}px">{drawn}'
            f'<figcaption style="font-size:90%">{words}</figcaption></figure>{self._extra}'
        )


def new_figure(height: float) -> "Figure":
    """An empty figure, WIDTH pixels wide and `height` pixels high, that pyplot knows nothing of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH / PER_INCH, height / PER_INCH))


def _tidy(svg: str) -> str:
    """The <svg> element alone, sized by its view box, its text in a font that the page chooses."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<svg [^>]*>", lambda tag: re.sub(r' (width|height)="[^"]*"', "", tag[0]), svg, count=1)
    # The rule for line ends would hold for the whole page, and matplotlib's list of fonts is not that of
    # the page.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.S)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" ', 1)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: FONT-OF-PAGE", svg)
    svg = re.sub(r"font: ([^;\"]*?px) [^;\"]*", r"font: \1 FONT-OF-PAGE", svg)
    return re.sub(r"(\d+\.\d\d)\d+", r"\1", svg)  # a hundredth of a pixel is enough
