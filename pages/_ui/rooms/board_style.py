"""Large type of the board, and its figures, which grow on a wide screen."""

import pandas as pd
import plotly.graph_objects as go

from pages._ui.shell import st, tables

WIDE = 1600
"""Width in pixels of a screen on which all is larger."""
SCALE = 1.5
"""Size of a figure there. It is laid out at so much less width and scaled, for its type grows with it."""

# no menu, and text that is read from the last row
STYLE = f"""<style>
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] {{ display: none }}
[data-testid="stHeader"] {{ background: none }}
[data-testid="stMainBlockContainer"] {{ padding-top: 2rem; padding-bottom: 1rem }}
.st-key-board {{ gap: 0.6rem }}
.st-key-board h1 {{ padding: 0 0 0.3rem }}
.st-key-board [data-testid="stMarkdown"] p {{ font-size: 1.6rem; line-height: 1.35 }}
.st-key-board [data-testid="stCaptionContainer"] p {{ font-size: 1.5rem }}
.st-key-board [data-testid="stButtonGroup"] p, .st-key-board label p {{ font-size: 1.15rem }}
.st-key-board .st-key-join [data-testid="stMarkdown"] p {{ font-size: 2rem }}
@media (min-width: {WIDE}px) {{
  .st-key-board [data-testid="stMarkdown"] p,
  .st-key-board [data-testid="stCaptionContainer"] p {{ font-size: 2.1rem }}
  .st-key-board .st-key-join [data-testid="stMarkdown"] p {{ font-size: 2.8rem }}
  .st-key-board [data-testid="stElementContainer"]:has([data-testid="stPlotlyChart"]) {{
    width: {100 / SCALE:.4f}%
  }}
  .st-key-board .js-plotly-plot {{ transform: scale({SCALE}); transform-origin: 0 0 }}
  .st-key-board [data-testid="stElementToolbar"] {{ display: none }}
}}
</style>"""


def figure(
    picture: go.Figure, frame: pd.DataFrame, name: str, *, key: str, alt: str, config: dict[str, object]
) -> None:
    """Show a figure of the board, and in an expander its table."""
    room = (SCALE - 1) * picture.layout.height  # a scaled figure covers what follows
    st.html(
        f"<style>@media (min-width: {WIDE}px) {{ .st-key-{key} {{ margin-bottom: {room:.0f}px }} }}</style>"
    )
    tables.figure(picture, frame, name, key=key, alt=alt, note="", config=config)
