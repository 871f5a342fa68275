"""Options written once as a dataclass: what typer sees of them, and what the command gets."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from translearn_core.commands.dataclass_options import Offered, spread_options


@dataclass(frozen=True)
class Wishes:
    """What a dish is asked for with."""

    dish: Annotated[str, typer.Argument(help="What to cook.")]
    salt: Annotated[float | None, typer.Option(help="Grams of salt.")] = None
    guests: Annotated[list[str] | None, typer.Option("--guest", help="Who comes.")] = None


def cook(asked: Wishes, minutes: Annotated[int, typer.Option(help="How long.")] = 5) -> None:
    """Cook a dish."""
    print((asked, minutes))


def program(command: object) -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command()(spread_options(command))
    return app


def test_each_field_is_an_option_and_the_command_gets_the_whole() -> None:
    done = CliRunner().invoke(
        program(cook), ["soup", "--salt", "2.5", "--minutes", "9", "--guest", "ann", "--guest", "bo"]
    )
    assert done.output.strip() == str((Wishes("soup", 2.5, ["ann", "bo"]), 9))
    assert CliRunner().invoke(program(cook), ["soup"]).output.strip() == str((Wishes("soup"), 5))
    assert CliRunner().invoke(program(cook), []).exit_code == 2


def test_another_command_offers_fewer_of_them_in_words_of_its_own() -> None:
    def fry(asked: Annotated[Wishes, Offered(without=("guests",), told={"salt": "A pinch."})]) -> None:
        """Fry it."""
        print(asked)

    said = CliRunner().invoke(program(fry), ["--help"]).output
    assert "A pinch." in said
    assert "Grams" not in said
    assert "What to cook." in said
    assert CliRunner().invoke(program(fry), ["egg", "--guest", "ann"]).exit_code == 2
    assert CliRunner().invoke(program(fry), ["egg"]).output.strip() == str(Wishes("egg"))
    assert "Grams of salt." in CliRunner().invoke(program(cook), ["--help"]).output


@pytest.mark.parametrize(
    ("offered", "said"),
    [
        (Offered(without=("pepper",)), "no field 'pepper'"),
        (Offered(told={"pepper": "Hot."}), "no field 'pepper'"),
        (Offered(without=("dish",)), "dish has no default"),
    ],
)
def test_a_name_that_matches_nothing_is_an_error(offered: Offered, said: str) -> None:
    def command(asked: Annotated[Wishes, offered]) -> None:
        """Do nothing."""

    with pytest.raises(TypeError, match=said):
        spread_options(command)
