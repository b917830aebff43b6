// How does content talk with the page around it? By messages {th: 1, type, …}; only the player page is listened to.
//
// The frame is sandboxed, and has an origin only where no other content has it. Everything it wants kept it says, and the page keeps it.
(function () {
  "use strict";
  const root = document.documentElement;
  const appOrigin = root.dataset.appOrigin;
  const ACTIVE_EVERY_MS = 1000;
  const AGAIN_MS = 1000;
  const waiting = new Map(); // submissions without a grade yet, by the name that the page will use for them
  const listeners = {};
  const page = parent; // content may put another into its place
  const unheard = []; // what was said before the page listened
  const told = { person: 0, content: 0 };
  let submitted = 0;
  let listening = false; // the page has answered
  let key = ""; // with which the page knows an act of a person from one that content made up

  const TH = (window.TH = { locale: "zh-CN", settings: {}, iri: "", state: null });
  const send = (type, rest) => page.postMessage({ th: 1, type, ...rest }, appOrigin);

  // Before anything else: what is heard here first and stopped, content never hears.
  addEventListener("message", (event) => {
    if (event.origin !== appOrigin || event.source !== page || event.data?.type !== "key") return;
    event.stopImmediatePropagation();
    key = event.data.key;
    listening = true;
    unheard.splice(0).forEach(([type, rest]) => send(type, rest));
  }, true);

  /** Say something to the page. The page may be slower than its frame: what it cannot hear yet waits until it listens. */
  TH.post = (type, rest) => (listening ? send(type, rest) : unheard.push([type, rest]));
  TH.statement = (statement) => TH.post("statement", { statement });
  TH.on = (type, listener) => (listeners[type] = listeners[type] || []).push(listener);

  /** Hand in a quiz: resolves with the grade, rejects with an Error whose `code` says why there is none. */
  TH.submitAnswers = (answers) => {
    const ref = String((submitted += 1));
    TH.post("answers", { answers, ref });
    return TH.gradeOf(ref);
  };

  /** The grade of what was handed in, also by an earlier load of the page (`settings.handed`). */
  TH.gradeOf = (ref) => new Promise((resolve, reject) => waiting.set(ref, { resolve, reject }));

  function graded({ ref, grade, error }) {
    const asked = waiting.get(ref);
    waiting.delete(ref);
    if (grade) asked?.resolve(grade);
    else asked?.reject(Object.assign(new Error(error?.detail ?? "not graded"), { code: error?.code }));
  }

  function pauseMedia() {
    document.querySelectorAll("video, audio").forEach((media) => media.pause());
  }

  addEventListener("message", (event) => {
    if (event.origin !== appOrigin || event.source !== page || event.data?.th !== 1) return;
    const message = event.data;
    if (message.type === "init") {
      const { locale, settings, iri, state, reports } = message;
      Object.assign(TH, { locale, settings: settings ?? {}, iri, state: state ?? null, reports: reports ?? null });
      root.lang = message.locale;
      document.title = message.title ?? document.title;
    }
    if (message.type === "reports") TH.reports = message.reports; // another launch was opened in the page
    if (message.type === "graded") graded(message);
    if (message.type === "pause") pauseMedia();
    (listeners[message.type] ?? []).forEach((listener) => listener(message));
  });

  /** Tell the page that something moved; also a page inside that came into focus, which a person did, or still has it, which proves nobody's act. */
  TH.moved = (isPerson) => {
    const whose = isPerson ? "person" : "content";
    if (!listening || Date.now() - told[whose] < ACTIVE_EVERY_MS) return; // the page's opening is an act: earlier ones need not wait
    told[whose] = Date.now();
    send("active", isPerson ? { key } : {});
  };
  const noticed = (event) => moved(event.isTrusted);
  const { moved } = TH; // content in a window of this origin may put another into its place

  /** Tell the page of a person's acts in a window, by our own method, which content in that window cannot replace. */
  TH.noticeActs = (where) => {
    for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"]) {
      EventTarget.prototype.addEventListener.call(where, sign, noticed, { passive: true, capture: true });
    }
  };
  TH.noticeActs(window);

  /** Ask the page to bring something into sight: it scrolls, the frame does not. */
  TH.sight = (element) => {
    const { top, height } = element.getBoundingClientRect();
    TH.post("sight", { top, height });
  };

  // Content as high as it wants to be: the page scrolls, not the frame.
  let height = 0;
  TH.followHeight = (element) =>
    new ResizeObserver(() => {
      const now = Math.ceil(element.getBoundingClientRect().height);
      if (now > 0 && Math.abs(now - height) > 1) TH.post("height", { px: (height = now) });
    }).observe(element);

  // Said again until the page answers with the key: whatever else fails to load, what is said of it is heard.
  const hello = setInterval(() => (listening ? clearInterval(hello) : send("hello")), AGAIN_MS);
  send("hello");

  // Said again until the page has opened the activity.
  TH.ready = () => {
    send("ready");
    const again = setInterval(() => send("ready"), AGAIN_MS);
    TH.on("init", () => clearInterval(again));
  };
})();
