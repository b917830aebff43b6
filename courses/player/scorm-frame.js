// Plays a SCORM package on its own host: its pages run in a frame inside this one, at the same origin, and find the API here.
//
// This page holds no secret but the address to which units report. What lets the page around know a person's act from a made-up one stays
// in frame.js, out of the reach of the package's pages, so `TH` is taken off the window before they load.
(function () {
  "use strict";
  const { TH } = window;
  delete window.TH;
  const { base, entry, player, scorm } = document.documentElement.dataset;
  const LOOK_MS = 500;
  const BLANK_AFTER_MS = 10000;
  const MOST_ELEMENTS = 3000;
  const SOON_MS = 300;
  const TRIES = 10;
  const TARGET = "{target="; // how SCORM 2004 asks for a certain unit
  const DRAWN = "video, audio, canvas, svg, input, button, select, textarea, progress, object, embed";
  const WORDS = {
    zh: { bar: "单元", back: "上一单元", next: "下一单元", list: "目录：{title}（{n}/{all}）", done: "已完成", begun: "已开始", ended: "这个单元已经结束，进度已保存。", endedHere: "这个单元已经结束。这是预览，进度不保存。", again: "重新打开", choose: "下一单元：{title}" },
    en: { bar: "Units", back: "Previous unit", next: "Next unit", list: "Contents: {title} ({n} of {all})", done: "Completed", begun: "Begun", ended: "This unit has ended; your progress is saved.", endedHere: "This unit has ended. This is a preview, so nothing is saved.", again: "Open it again", choose: "Next unit: {title}" },
  };
  const find = (name) => document.querySelector(`[data-scorm="${name}"]`);
  const { version, units } = JSON.parse(scorm ?? '{"units":[]}');
  const pages = units.filter((unit) => unit.href);
  const bar = find("bar");
  const list = find("units");
  const ended = find("ended");
  let words = WORDS.zh;
  let kept = {}; // what the server keeps of each unit
  let now = null; // {unit, frame, session}
  let opened = 0; // when the current page was asked for
  let outside = ""; // the last address elsewhere that a page wanted
  let heard = new WeakSet(); // documents whose acts are noticed

  const fillIn = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const isDone = (unit) => Boolean(kept[unit.id]?.completed || kept[unit.id]?.passed);

  TH.on("init", async ({ locale, reports, state, fresh }) => {
    if (now) return;
    words = WORDS[locale.startsWith("zh") ? "zh" : "en"];
    if (!pages.length || !reports) return TH.failed("missing", entry);
    let last = "";
    try {
      const script = loadScript(version === "1.2" ? "scorm12" : "scorm2004");
      ({ units: kept = {}, last = "" } = fresh ? (state ?? {}) : await TH.unitReports().load()); // when the page opens, the launch brings it
      await script;
    } catch {
      return TH.failed("network"); // to begin without what was kept would lose it
    }
    draw();
    open(pages.find((unit) => unit.id === last && !isDone(unit)) ?? pages.find((unit) => !isDone(unit)) ?? pages[0]);
  });

  /** Load the runtime of this version alone: that of 2004 is large. */
  const loadScript = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      script.src = `${player}/vendor/scorm/${name}.min.js`;
      document.head.append(script);
    });

  /** Open a unit: its API first, because its page looks for it at once. */
  function open(unit) {
    close();
    const session = unit.sco ? TH.scormApi(version, unit, kept[unit.id], TH.reports.learner, hears(unit)) : null;
    if (session) window[session.name] = session.api;
    const frame = document.createElement("iframe");
    frame.title = unit.title;
    frame.allow = "fullscreen; autoplay";
    frame.src = `${base}${entry}/${unit.href}`;
    now = { unit, frame, session };
    opened = Date.now();
    outside = "";
    frame.addEventListener("load", () => look());
    document.querySelector("main").setAttribute("aria-label", unit.title); // its pages may have a main part of their own
    find("stage").replaceChildren(frame);
    ended.hidden = true;
    show();
  }

  /** The unit's page goes: its own last words come first, as it is removed; what it has not said is saved then. */
  function close() {
    if (!now) return;
    const { frame, session } = now;
    now = null;
    frame.remove();
    session?.leave();
    delete window.API;
    delete window.API_1484_11;
  }

  addEventListener("pagehide", () => now?.session?.leave());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // its session ended as it was put aside

  const hears = (unit) => ({
    begun: () => note(unit, {}),
    told: ({ stated }) => stated && TH.post("reported", { ended: true }),
    lapsed: () => TH.post("lapsed"),
    refused: (status) => TH.post("unkept", { status }),
    ended: (request) => {
      note(unit, { ended: true });
      TH.post("reported", { ended: true });
      refresh(unit, request);
    },
  });

  const note = (unit, more) => (kept[unit.id] = { cmi: {}, ...kept[unit.id], ...more });

  /** A unit has ended: ask what the server made of it, then say so, or go where the unit asks to go (SCORM 2004). */
  async function refresh(unit, request) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, SOON_MS)); // the unit's last words travel beside this question
      const told = await TH.unitReports().load().catch(() => ({})); // no network: the list shows it later
      if (told.units?.[unit.id]?.ended) kept = { ...kept, ...told.units };
      if (told.units?.[unit.id]?.ended) break;
    }
    if (now?.unit !== unit) return show();
    const at = pages.indexOf(unit);
    const target = request?.startsWith(TARGET) && request.slice(TARGET.length, request.indexOf("}"));
    const wanted = target ? pages.find((one) => one.id === target) : { continue: pages[at + 1], previous: pages[at - 1] }[request];
    if (wanted) return open(wanted);
    const next = pages[at + 1];
    const [line, button] = ended.children;
    line.textContent = TH.reports.url ? words.ended : words.endedHere;
    button.textContent = next ? fillIn(words.choose, next) : words.again;
    button.onclick = () => open(next ?? unit);
    ended.hidden = false;
    show();
  }

  function draw() {
    bar.hidden = pages.length < 2;
    bar.setAttribute("aria-label", words.bar);
    find("back").setAttribute("aria-label", words.back);
    find("next").setAttribute("aria-label", words.next);
    find("back").onclick = () => open(pages[pages.indexOf(now.unit) - 1]);
    find("next").onclick = () => open(pages[pages.indexOf(now.unit) + 1]);
    find("list").onclick = () => choose(list.hidden);
    list.replaceChildren(...units.map(lineOf));
  }

  function lineOf(unit) {
    const line = document.createElement("li");
    line.style.setProperty("--depth", Math.min(unit.depth, 5));
    if (!unit.href) {
      line.append(Object.assign(document.createElement("strong"), { textContent: unit.title }));
      return line;
    }
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(Object.assign(document.createElement("span"), { textContent: unit.title }), Object.assign(document.createElement("span"), { className: "scorm-state" }));
    button.onclick = () => {
      choose(false);
      open(unit);
    };
    unit.button = button;
    line.append(button);
    return line;
  }

  function choose(shown) {
    list.hidden = !shown;
    find("stage").hidden = shown;
    find("list").setAttribute("aria-expanded", String(shown));
    show();
  }

  function show() {
    const at = now ? pages.indexOf(now.unit) : 0;
    find("list").textContent = fillIn(words.list, { title: pages[at].title, n: at + 1, all: pages.length });
    find("back").disabled = at === 0;
    find("next").disabled = at === pages.length - 1;
    for (const unit of pages) {
      unit.button?.setAttribute("aria-current", String(unit === now?.unit));
      if (unit.button) unit.button.lastChild.textContent = isDone(unit) ? words.done : kept[unit.id] ? words.begun : "";
    }
  }

  /** Yield the documents of the unit: old packages have frames within frames. */
  function* documents(frame, depth = 0) {
    let found = null;
    try {
      found = frame.contentDocument;
    } catch {
      return; // another origin: the policy lets none in, so this is the browser's own page about that
    }
    if (!found || depth > 5) return;
    yield found;
    for (const inner of found.querySelectorAll("iframe, frame")) yield* documents(inner, depth + 1);
  }

  const hasText = (element) => [...element.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());

  function isDrawn(element) {
    const { width, height } = element.getBoundingClientRect();
    if (width < 2 || height < 2) return false;
    if (element.matches("img")) return element.naturalWidth > 0;
    return element.matches(DRAWN) || hasText(element) || getComputedStyle(element).backgroundImage !== "none";
  }

  function notice(found) {
    if (heard.has(found) || !found.defaultView) return;
    heard.add(found);
    TH.noticeActs(found.defaultView);
    EventTarget.prototype.addEventListener.call(found, "securitypolicyviolation", ({ blockedURI }) => {
      if (/^https?:/.test(blockedURI) && !blockedURI.startsWith(base)) outside = blockedURI;
    });
  }

  function look() {
    if (!now || !list.hidden) return; // nothing is drawn behind the list of units
    const found = [...documents(now.frame)];
    found.forEach(notice);
    if (found[0]?.contentType === "application/problem+json") return TH.failed("missing", now.unit.href);
    const drawn = found.some((one) => one.body && [...one.body.querySelectorAll("*"), one.body].slice(0, MOST_ELEMENTS).some(isDrawn));
    if (drawn) TH.started();
    else if (Date.now() - opened > BLANK_AFTER_MS) TH.failed(found.length && !outside ? "blank" : "outside", outside);
  }

  setInterval(look, LOOK_MS);
  TH.on("pause", () => {
    if (now) for (const found of documents(now.frame)) found.querySelectorAll("video, audio").forEach((media) => media.pause());
  });
  TH.ready();
})();
