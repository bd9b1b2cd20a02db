"""What axe calls “incomplete” on our pages: it cannot judge it by itself. Each rule with the reason
why we can live with that; anything that is not here fails, as a violation does."""

UNDECIDED = {
    "color-contrast": "a shape or the bar that stays in sight lies over or under the text; the "
    "same colours are judged where nothing covers them",
    "th-has-data-cells": "the heading of a group in a list heads the rows below it, not a column",
}
