"""Claims page: what sources claim, and whether it was reproduced here; or one claim by its address."""

from pages._ui.claims import claim_detail, claim_list
from pages._ui.shell import navigation, page_header

claim = claim_list.linked()
if claim is None:
    page_header.header(
        "claims",
        "What the sources of recipes and lessons claim, each with a small experiment that tests it on this "
        "machine, and what came out. The verdict follows a rule, from the 95 % interval. A small experiment "
        "that leaves a claim open does not refute the paper.",
    )
    claim_list.show()
    navigation.stop_page()
claim_detail.show(claim)
