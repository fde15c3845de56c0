"""The studio's two views on a phone: making pictures, and everything that runs, failed or was made. A desk shows both."""

from __future__ import annotations

from typing import Any

import reflex as rx

CREATE, ACTIVITY = "create", "activity"

# The view is the fragment of the address: a link from any page opens it, the browser's Back leaves it, and the server
# is not asked. `assets/theme.css` shows what belongs to it by a class of the document. Whatever carries `data-brings`
# leads to the part of the page with that id: what it does would otherwise happen out of sight.
_CODE = """
const kxNarrow = () => matchMedia("(width < 64rem)").matches;
function kxBring(id, smoothly) {
  const part = document.getElementById(id);
  if (!part) return;
  const calm = !smoothly || matchMedia("(prefers-reduced-motion: reduce)").matches;
  part.scrollIntoView({block: "start", behavior: calm ? "instant" : "smooth"});
  part.tabIndex = -1; part.focus({preventScroll: true});  // a screen reader goes on here
}
function KxViewLink({view, children, ref: _ref, ...props}) {
  const {hash} = useLocation(), isHere = (view === "activity") === (hash === "#activity");
  return jsx(Link, {...props, to: "#" + view, preventScrollReset: true, "aria-current": isHere ? "page" : "false"}, children);
}
function KxPhoneViews({ref: _ref}) {
  const {hash, key} = useLocation(), navigate = useNavigate(), kind = useNavigationType(), lists = hash === "#activity";
  const was = useRef(lists), tops = useRef(new Map()), wanted = useRef("");
  useLayoutEffect(() => {
    document.documentElement.classList.toggle("at-activity", lists);
    const moved = was.current !== lists, to = wanted.current;
    was.current = lists; wanted.current = "";
    if (kind === "POP" || !kxNarrow()) return;  // the router puts the page back to where it was
    if (to) return kxBring(to, false);
    window.scrollTo({top: moved ? tops.current.get(lists) ?? 0 : 0, behavior: "instant"});
    if (moved && lists && !document.activeElement?.closest("nav")) kxBring("activity-title", false);  // what was pressed is hidden now
  }, [key]);
  useEffect(() => {
    const scrolled = () => tops.current.set(was.current, window.scrollY);
    const clicked = (event) => {
      const to = event.target.closest?.("[data-brings]")?.dataset.brings;
      if (!to || !kxNarrow()) return;
      if (was.current) { wanted.current = to; navigate("#create", {preventScrollReset: true}); } else kxBring(to, true);
    };
    window.addEventListener("scroll", scrolled, {passive: true}); document.addEventListener("click", clicked);
    return () => {
      window.removeEventListener("scroll", scrolled); document.removeEventListener("click", clicked);
      document.documentElement.classList.remove("at-activity");
    };
  }, []);
  return null;
}"""


class PhoneViews(rx.Component):
    """Shows nothing itself; once on the page that has the views."""

    tag = "KxPhoneViews"

    def add_imports(self) -> dict[str, Any]:
        """What the code above uses of React and its router."""
        return {
            "react": ["useEffect", "useLayoutEffect", "useRef"],
            "react-router": ["Link", "useLocation", "useNavigate", "useNavigationType"],
        }

    def add_custom_code(self) -> list[str]:
        """Both components: they belong to one page."""
        return [_CODE]


class ViewLink(PhoneViews):
    """A link to one of the views, which knows whether it is shown."""

    tag = "KxViewLink"
    view: rx.Var[str]


phone_views = PhoneViews.create
view_link = ViewLink.create
#: The attribute, and the parts of the page that a click can bring before the eyes.
BRINGS, STAGE, COMPOSER = "data-brings", "stage", "composer-pane"
