# SPDX-License-Identifier: Apache-2.0
"""Text from files as terminals, tables and figures may show it."""

from __future__ import annotations

MAX_FIGURE_TEXT = 200  # characters of a name or title that still fit into a figure


def visible(text: object) -> str:
    """The text with all that is not printable escaped as in Python: \\x1b, \\n, \\u202e.

    Those are control characters, which steer terminals, marks that reorder what is written, and
    bytes that are not UTF-8.
    """
    return "".join(
        character
        if character == " " or character.isprintable()
        else character.encode("unicode_escape").decode("ascii")
        for character in str(text)
    )


def figure_text(text: object) -> str:
    """The same for a figure, where $ would begin a formula; long ones are cut."""
    shown = visible(text)
    if len(shown) > MAX_FIGURE_TEXT:
        shown = shown[: MAX_FIGURE_TEXT - 3] + "..."
    return shown.replace("$", r"\$")
