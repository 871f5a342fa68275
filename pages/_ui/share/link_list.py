"""List of an owner's share links."""

from collections.abc import Sequence

from pages._ui.share import share_popover
from pages._ui.shell import st
from pages._ui.shell.formatting import ago
from translearn_core.runs import ShareLink

KINDS: dict[str, str] = {
    "run": "a run",
    "study": "a study",
    "comparison": "a comparison",
    "projection": "a projection",
    "settings": "settings",
}


def links(owned: Sequence[ShareLink]) -> None:
    """Show links as rows, each with its address and the button that revokes it."""
    st.caption("Each opens one thing of yours to everybody who has it, to read only, until it is revoked.")
    with st.container(gap="small"):
        for link in owned:
            with st.container(
                horizontal=True, vertical_alignment="center", border=True, key=f"link-{link.id}"
            ):
                if link.ended:
                    st.badge("Ended", icon=":material/link_off:", color="gray")
                st.text(link.name, width="stretch")
                st.caption(f"{KINDS[link.subject.kind]} · {ago(link.created)}", width="content")
                with st.popover("Link", icon=":material/link:", type="tertiary"):
                    share_popover.show(link, f"listed-{link.id}")
