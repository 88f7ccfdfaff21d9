"""Predict, run, explain: commit to an answer before the experiment shows it."""

import html
from collections.abc import Sequence
from typing import Any

NOTHING_SAID = "No prediction was made before this run: choose one above, then run it again."


class Prediction:
    """What a learner said would happen. `.value` is the choice, or None as long as nothing was chosen."""

    def __init__(self, question: str, choices: Sequence[Any], answer: Any = None) -> None:
        if not isinstance(question, str) or not question.strip():
            raise ValueError("predict needs a question, as text")
        self.question = question
        self.choices = list(choices)
        if isinstance(choices, str) or len(self.choices) < 2:
            raise ValueError("predict needs at least two choices, as a list")
        if answer is not None and answer not in self.choices:
            raise ValueError(f"{answer!r} is not one of the choices: {', '.join(map(str, self.choices))}")
        self._value = answer
        self._buttons: Any = None
        self._status: Any = None

    @property
    def value(self) -> Any:
        """The choice, or None."""
        return self._value

    def __repr__(self) -> str:
        chosen = "nothing chosen yet" if self._value is None else f"you predicted {self._value}"
        return f"{self.question} ({chosen})"

    def __str__(self) -> str:
        """The question as text, for where no controls can be shown."""
        lines = [self.question, *(f"  - {choice}" for choice in self.choices)]
        if self._value is None:
            lines.append(f"To commit to an answer here: predict(..., answer={self.choices[0]!r})")
        else:
            lines.append(f"You predicted: {self._value}")
        return "\n".join(lines)

    def show(self) -> None:
        """Show the question: as buttons in a notebook, as text elsewhere."""
        controls = self._controls() if self._value is None else None
        if controls is None:
            print(self)
            return
        from IPython.display import display

        bundle = {key: value for key, value in controls._repr_mimebundle_().items() if key != "text/plain"}
        display({**bundle, "text/plain": str(self)}, raw=True)

    def reveal(self, actual: Any) -> "Reveal":
        """Set what happened beside the prediction. From here on the choice is fixed."""
        if self._buttons is not None and self._value is not None:
            self._buttons.disabled = True
        return Reveal(self.question, self._value, actual)

    def _controls(self) -> Any:
        """The widget, or None where there is no notebook to show it."""
        try:
            from IPython import get_ipython
            from ipywidgets import HTML, Layout, ToggleButtons, VBox
        except ImportError:
            return None
        shell = get_ipython()
        if shell is None or getattr(shell, "kernel", None) is None:
            return None
        # Not radio buttons: in JupyterLab the arrow keys, which move between those, go to the next cell.
        self._buttons = ToggleButtons(
            options=[(str(choice), place) for place, choice in enumerate(self.choices)],
            index=None,
            style={"button_width": "auto"},
            layout=Layout(width="auto"),
        )
        self._status = HTML("Choose one. On the keyboard: tab, then the space bar.")
        self._buttons.observe(self._chosen, names="index")
        return VBox([HTML(f"<b>{html.escape(self.question)}</b>"), self._buttons, self._status])

    def _chosen(self, change: Any) -> None:
        if change["new"] is not None:
            self._value = self.choices[change["new"]]
            self._status.value = f"You predict: <b>{html.escape(str(self._value))}</b>. Now run the experiment."


class Reveal:
    """A prediction and what happened, side by side."""

    def __init__(self, question: str, predicted: Any, actual: Any) -> None:
        self.question, self.predicted, self.actual = question, predicted, actual
        self.alike = predicted is not None and str(predicted) == str(actual)

    def __str__(self) -> str:
        if self.predicted is None:
            return f"{self.question}\n  It was: {self.actual}\n  {NOTHING_SAID}"
        said = f"  You predicted: {self.predicted}\n  It was:        {self.actual}\n  {self._verdict()}"
        return f"{self.question}\n{said}"

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        predicted = "-" if self.predicted is None else self.predicted
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{name}</th>'
            f'<td style="text-align:left">{html.escape(str(value))}</td></tr>'
            for name, value in (("you predicted", predicted), ("it was", self.actual))
        )
        last = NOTHING_SAID if self.predicted is None else self._verdict()
        shown = f"<p><b>{html.escape(self.question)}</b></p><table>{cells}</table><p>{html.escape(last)}</p>"
        return {"text/html": shown, "text/plain": str(self)}

    def _verdict(self) -> str:
        return "As you predicted." if self.alike else "Not as predicted: what did the prediction leave out?"


def predict(question: str, choices: Sequence[Any], answer: Any = None) -> Prediction:
    """Ask `question` and let the learner commit to one of `choices`, before the experiment is run.

    In a notebook this shows a button for each choice; `.value` is the choice, None until there is one. Hand the result
    to `lanes(trace, predicted=...)`, or say `.reveal(actual)`. "Run all" goes on without an answer. answer:
    commit to this choice in code, with no controls. Elsewhere than in a notebook the question is text.
    Raises ValueError for fewer than two choices, or an answer that is none of them.
    """
    prediction = Prediction(question, choices, answer)
    prediction.show()
    return prediction


def beside(predicted: Any, happened: str) -> str:
    """A line that sets a prediction (from `predict`, or any value) beside `happened`; empty for None."""
    if predicted is None:
        return ""
    value = predicted.value if isinstance(predicted, Prediction) else predicted
    if value is None:
        return NOTHING_SAID
    return f"You predicted: {value}.\nIt happened: {happened}."
