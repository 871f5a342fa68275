"""Options as a dataclass: what typer sees, and what the command gets."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from translearn_core.commands.terminal.dataclass_options import OptionChanges, spread_options


@dataclass(frozen=True)
class DishOptions:
    """Options of a dish."""

    dish: Annotated[str, typer.Argument(help="What to cook.")]
    salt: Annotated[float | None, typer.Option(help="Grams of salt.")] = None
    guests: Annotated[list[str] | None, typer.Option("--guest", help="Who comes.")] = None


def cook(options: DishOptions, minutes: Annotated[int, typer.Option(help="How long.")] = 5) -> None:
    """Cook a dish."""
    print((options, minutes))


def program(command: object) -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command()(spread_options(command))
    return app


def test_each_field_is_an_option_and_the_command_gets_the_whole() -> None:
    done = CliRunner().invoke(
        program(cook), ["soup", "--salt", "2.5", "--minutes", "9", "--guest", "ann", "--guest", "bo"]
    )
    assert done.output.strip() == str((DishOptions("soup", 2.5, ["ann", "bo"]), 9))
    assert CliRunner().invoke(program(cook), ["soup"]).output.strip() == str((DishOptions("soup"), 5))
    assert CliRunner().invoke(program(cook), []).exit_code == 2


def test_another_command_offers_fewer_of_them_in_words_of_its_own() -> None:
    def fry(
        options: Annotated[DishOptions, OptionChanges(without=("guests",), help={"salt": "A pinch."})],
    ) -> None:
        """Fry it."""
        print(options)

    message = CliRunner().invoke(program(fry), ["--help"]).output
    assert "A pinch." in message
    assert "Grams" not in message
    assert "What to cook." in message
    assert CliRunner().invoke(program(fry), ["egg", "--guest", "ann"]).exit_code == 2
    assert CliRunner().invoke(program(fry), ["egg"]).output.strip() == str(DishOptions("egg"))
    assert "Grams of salt." in CliRunner().invoke(program(cook), ["--help"]).output


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (OptionChanges(without=("pepper",)), "no field 'pepper'"),
        (OptionChanges(help={"pepper": "Hot."}), "no field 'pepper'"),
        (OptionChanges(without=("dish",)), "dish has no default"),
    ],
)
def test_a_name_that_matches_nothing_is_an_error(changes: OptionChanges, message: str) -> None:
    def command(options: Annotated[DishOptions, changes]) -> None:
        """Do nothing."""

    with pytest.raises(TypeError, match=message):
        spread_options(command)


@dataclass(frozen=True)
class NotedOptions:
    """Options that know which of them were given."""

    salt: Annotated[float, typer.Option(help="Grams of salt.")] = 1.0
    pepper: Annotated[float, typer.Option(help="Grams of pepper.")] = 0.0
    given: frozenset[str] = frozenset()


def season(options: NotedOptions) -> None:
    """Season it."""
    print(options)


def test_options_know_which_were_given_also_with_the_default_value() -> None:
    done = CliRunner().invoke(program(season), ["--salt", "1.0"])
    assert done.output.strip() == str(NotedOptions(given=frozenset({"salt"})))
    assert CliRunner().invoke(program(season), []).output.strip() == str(NotedOptions())
    assert CliRunner().invoke(program(season), ["--given", "x"]).exit_code == 2
