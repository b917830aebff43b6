// Are people acting in a page that is shown inside this frame? Pages of our own origin are listened to, with the frames inside them.
//
// A page of another site tells nothing: there only its coming into focus is an act, and having the focus is a sign that content gives.
(function () {
  "use strict";
  const { TH } = window;
  const { noticeActs, moved } = TH;
  const FOCUS_EVERY_MS = 30000;
  const DEEPEST = 4; // frames inside frames

  const documentOf = (frame) => {
    try {
      return frame.contentDocument;
    } catch {
      return null; // of another origin
    }
  };

  function listen(frame, depth) {
    const page = documentOf(frame);
    if (!page || page.location.href === "about:blank") return;
    noticeActs(frame.contentWindow);
    if (depth >= DEEPEST) return;
    page.querySelectorAll("iframe, frame").forEach((inner) => watch(inner, depth + 1));
  }

  function watch(frame, depth) {
    frame.addEventListener("load", () => listen(frame, depth));
    listen(frame, depth);
  }

  /** Hear acts in the page of a frame, and in each page that it shows later. */
  TH.watchInside = (frame) => {
    watch(frame, 1);
    const focused = () => document.activeElement === frame;
    addEventListener("blur", () => setTimeout(() => focused() && moved(true)));
    setInterval(() => focused() && document.hasFocus() && moved(false), FOCUS_EVERY_MS);
  };
})();
