// Shows the pages and asks the questions; remembers the page; says completed when all was read and answered, passed or failed by the score.
const root = document.getElementById("unit");
const cmi5 = new Cmi5(location.href);
let at = 0;
let furthest = 0;
let completed = false; // stated once in all sessions

const element = (tag, text, rest = {}) => Object.assign(document.createElement(tag), { textContent: text, ...rest });
const button = (text, act, quiet) => element("button", text, { type: "button", className: quiet ? "quiet" : "", onclick: act });

function show(...children) {
  root.replaceChildren(...children);
  root.querySelector("h1")?.scrollIntoView();
}

const keep = () => cmi5.keep({ at, furthest, completed });

function go(to) {
  at = to;
  furthest = Math.max(furthest, at);
  keep();
  if (at >= PAGES.length) return ask();
  const { heading, body } = PAGES[at];
  const bar = element("nav", "");
  if (at > 0) bar.append(button("上一页", () => go(at - 1), true));
  bar.append(button(at + 1 < PAGES.length ? "下一页" : "去答题", () => go(at + 1)));
  show(element("p", `第 ${at + 1} 页，共 ${PAGES.length} 页`, { className: "where" }), element("h1", heading), ...body.map((text) => element("p", text)), bar);
}

function ask() {
  const form = element("form", "");
  QUESTIONS.forEach(({ text, options }, number) => {
    const group = element("fieldset", "");
    group.append(element("legend", `${number + 1}. ${text}`));
    options.forEach((option, value) => {
      const label = element("label", "");
      label.append(element("input", "", { type: "radio", name: `q${number}`, value: String(value), required: true }), element("span", option));
      group.append(label);
    });
    form.append(group);
  });
  const bar = element("nav", "");
  bar.append(button("回到短文", () => go(PAGES.length - 1), true), element("button", "交答案", { type: "submit" }));
  form.append(bar);
  form.onsubmit = (event) => {
    event.preventDefault();
    judge(form);
  };
  show(element("p", "四道情境题，答对三道通过。", { className: "where" }), element("h1", "如果是你的课堂"), form);
}

async function judge(form) {
  const right = QUESTIONS.map(({ answer }, number) => form.elements[`q${number}`].value === String(answer));
  const raw = right.filter(Boolean).length;
  const scaled = raw / QUESTIONS.length;
  const passed = scaled >= (cmi5.data.masteryScore ?? 0);
  const score = { scaled, raw, min: 0, max: QUESTIONS.length };
  if (cmi5.counts) {
    await cmi5.say(passed ? "passed" : "failed", { success: passed, score, duration: cmi5.duration });
    if (!completed) completed = await cmi5.say("completed", { completion: true, duration: cmi5.duration });
    await keep();
  }
  tell(raw, passed, right);
}

function tell(raw, passed, right) {
  const reasons = QUESTIONS.map(({ text, options, answer, why }, number) => {
    const part = element("section", "");
    part.append(element("p", `${right[number] ? "✓" : "✗"} ${text}`), element("p", `更合适的做法：${options[answer]}。${why}`, { className: "why" }));
    return part;
  });
  const bar = element("nav", "");
  bar.append(button("再读一遍", () => go(0), true), button("关闭单元", close));
  const words = passed ? `答对 ${raw} 道，通过了。` : `答对 ${raw} 道，还差一点。关闭后重新打开本单元，可以再答一次。`;
  show(element("h1", words), ...reasons, bar);
}

async function close() {
  await cmi5.say("terminated", { duration: cmi5.duration });
  if (cmi5.data.returnURL) location.href = cmi5.data.returnURL;
}

cmi5.begin().then(async () => {
  const kept = await cmi5.bookmark();
  furthest = kept?.furthest ?? 0;
  completed = kept?.completed ?? false;
  go(Math.min(kept?.at ?? 0, PAGES.length));
}).catch((error) => show(element("h1", "单元没有打开"), element("p", `请回到学习页面重新打开。（${error.message}）`)));
