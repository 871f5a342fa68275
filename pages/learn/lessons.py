"""Lessons page: the list of lessons, or a step of one by its address."""

from pages._ui.lessons import lesson_list, lesson_steps
from pages._ui.shell import navigation, page_header

lesson = lesson_list.linked()
if lesson is None:
    page_header.header(
        "lessons",
        "A lesson takes a claim from a paper. You guess what will happen, lock your guess, and see what came "
        "out. Then you run it yourself.",
    )
    lesson_list.show()
    navigation.stop_page()
lesson_steps.show(lesson)
