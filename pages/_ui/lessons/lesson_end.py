"""Screen after the last step of a lesson: what was learned, and where to go next."""

from pages._ui.rooms import current
from pages._ui.shell import navigation, st
from pages._ui.shell.formatting import plain
from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson import Lesson
from translearn_core.lessons.lesson_file import lesson, lesson_ids


def show(done: Lesson) -> None:
    """Say that the lesson is done, and lead to the next one."""
    st.progress(1.0, text=f"Lesson {done.number}, all {len(done.steps)} steps done")
    with st.container(width=900, key="lesson_end"):
        st.subheader("The lesson is done", anchor=False)
        st.markdown(f"**What you learned.** {plain(done.learned)}")
        following = _following(done)
        if following is None:
            st.markdown("It was the last lesson. What other papers claim is tested on the page below.")
            navigation.link("claims")
        else:
            st.markdown(f"**Next: {following.number}. {plain(following.title)}** ({following.minutes} min)")
            st.caption(plain(following.claim))
        with st.container(horizontal=True, horizontal_alignment="distribute", key="lesson_ways"):
            if st.button("All lessons", key="all_lessons", icon=":material/school:"):
                navigation.switch_to("lessons")
            if current.seat() is not None:
                if st.button("To the class", key="to_class", type="primary", icon=":material/groups:"):
                    navigation.switch_to("class")
            elif following is not None and st.button(
                "Next lesson", key="next_lesson", type="primary", icon=":material/arrow_forward:"
            ):
                navigation.switch_to("lessons", lesson=following.id)


def _following(done: Lesson) -> Lesson | None:
    """Return the next lesson whose outcomes are here; None after the last."""
    later = (one for one in map(lesson, lesson_ids()) if one.number > done.number)
    return next((one for one in later if outcomes.available(one)), None)
