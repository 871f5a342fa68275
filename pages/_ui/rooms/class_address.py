"""Address and code of a class as people type them, and a warning where no other computer can."""

from pages._ui.server.allowed_hosts import for_one_person
from pages._ui.share.address import address, opens_here_only
from pages._ui.shell import st
from pages._ui.shell.formatting import plain
from translearn_core.runs import Room


def show(room: Room) -> None:
    """Show the address that leads into a class, with its code in it."""
    st.markdown("People open this address, or the page **Classroom** and type the code:")
    st.code(address("class", code=room.code), language=None, wrap_lines=True)
    warn_if_unreachable()


def large(room: Room) -> None:
    """Show what people type, for the projector."""
    st.markdown(f"Open **{plain(address('class'))}** and type the code **`{room.code}`**")
    warn_if_unreachable()


def warn_if_unreachable() -> None:
    """Warn where the addresses of this page lead every computer to itself."""
    if not opens_here_only(address("class")):
        return
    if for_one_person():
        port = st.get_option("server.port")
        st.warning(
            "Only this computer can open this address. For a class, end TransLearn with Ctrl-C and start it "
            f"with `translearn --host 0.0.0.0 --port {port}`: then this page shows the address for all "
            "computers in your network.",
            icon=":material/wifi_off:",
        )
    else:
        st.warning(
            "Only this computer can open this address: open this page by the address that others use.",
            icon=":material/wifi_off:",
        )
