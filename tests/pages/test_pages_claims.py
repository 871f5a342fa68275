"""Claims in the browser: verdicts of all, one with its figure, and a run of one's own in its place."""

from visits import ALICE, BOB, Open, page_text

from pages._ui.server.owner import owner_of
from translearn_core.claims.claim_file import claim, claim_ids
from translearn_core.claims.findings import finding, own_studies
from translearn_core.runs import open_store

LUCK = "seeds-differ"


def test_every_claim_is_listed_with_what_came_out(visit: Open) -> None:
    at = visit("claims")
    assert not at.error
    text = page_text(at)
    for id in claim_ids():
        found = finding(claim(id))
        assert claim(id).test.paper in text
        assert (found.judgement.sentence if found.judgement else found.claim.expected) in text
        assert at.button(key=f"open_claim-{id}")


def test_a_claim_shows_its_figure_its_origin_and_its_settings(visit: Open) -> None:
    at = visit("claims", claim=LUCK)
    assert len(at.get("plotly_chart")) == 1
    text = page_text(at)
    assert "Computed on" in text
    assert claim(LUCK).here in text
    assert "seeds:" in at.code[0].value


def test_run_it_here_starts_a_study_of_the_persons_own(visit: Open) -> None:
    at = visit("claims", claim=LUCK)
    at.button(key="run_claim").click().run()
    assert len(open_store().runs(owner_of(ALICE))) == 12
    assert "run_claim" not in {button.key for button in at.button}
    study = own_studies(claim(LUCK), open_store(), owner_of(ALICE)).find()
    assert study is not None
    assert study.name == "Claim: The seed alone moves the score"
    assert "run_claim" in {button.key for button in visit("claims", BOB, claim=LUCK).button}


def test_an_unknown_claim_gets_a_sentence(visit: Open) -> None:
    assert "There is no claim" in visit("claims", claim="nothing").error[0].value.replace("\\", "")
