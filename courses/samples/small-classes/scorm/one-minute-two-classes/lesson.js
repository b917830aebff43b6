// Shows the lesson page by page, keeps the place, and asks the questions on the last page.
(() => {
  const find = (name) => document.querySelector(`[data-${name}]`);
  const PASS = 75;
  let at = Math.min(Number(Scorm.get("cmi.core.lesson_location")) || 0, PAGES.length - 1);
  let chosen = read(Scorm.get("cmi.suspend_data"));

  if (!["passed", "completed"].includes(Scorm.get("cmi.core.lesson_status"))) Scorm.set("cmi.core.lesson_status", "incomplete");

  function read(text) {
    try {
      return JSON.parse(text || "{}").chosen ?? {};
    } catch {
      return {};
    }
  }

  function keep() {
    Scorm.set("cmi.core.lesson_location", at);
    Scorm.set("cmi.suspend_data", JSON.stringify({ chosen }));
    Scorm.save();
  }

  function show() {
    const { heading, body } = PAGES[at];
    const last = at === PAGES.length - 1;
    find("place").textContent = `第 ${at + 1} 页，共 ${PAGES.length} 页`;
    find("page").innerHTML = `<h1 tabindex="-1">${heading}</h1>${body}`;
    if (last) find("page").append(...QUESTIONS.map(questionOf), result());
    find("back").disabled = at === 0;
    find("next").disabled = last;
  }

  function questionOf(question, number) {
    const box = document.createElement("fieldset");
    box.append(Object.assign(document.createElement("legend"), { textContent: `${number + 1}. ${question.text}` }));
    question.options.forEach((text, option) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: `q${number}`, checked: chosen[number] === option });
      input.onchange = () => {
        chosen[number] = option;
        keep();
      };
      label.append(input, text);
      box.append(label);
    });
    return box;
  }

  function result() {
    const box = document.createElement("div");
    const line = Object.assign(document.createElement("p"), { className: "said" });
    line.setAttribute("role", "status");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "提交" });
    button.onclick = () => submit(line);
    box.append(button, line);
    return box;
  }

  /** Say for each question whether it is right and why, then report the score; three of four pass. */
  function submit(line) {
    const open = QUESTIONS.findIndex((_question, number) => chosen[number] === undefined);
    if (open >= 0) {
      line.className = "said wrong";
      line.textContent = `第 ${open + 1} 题还没有作答。`;
      return;
    }
    let right = 0;
    document.querySelectorAll("fieldset").forEach((box, number) => {
      const { right: answer, why } = QUESTIONS[number];
      const good = chosen[number] === answer;
      right += good ? 1 : 0;
      box.querySelector(".said")?.remove();
      box.append(Object.assign(document.createElement("p"), { className: `said ${good ? "right" : "wrong"}`, textContent: `${good ? "答对了。" : "再想想。"}${why}` }));
    });
    const score = Math.round((100 * right) / QUESTIONS.length);
    line.className = `said ${score >= PASS ? "right" : "wrong"}`;
    line.textContent = score >= PASS ? `答对 ${right} 题，通过了。` : `答对 ${right} 题，答对 3 题即通过，可以改了再提交。`;
    Scorm.set("cmi.core.score.min", 0);
    Scorm.set("cmi.core.score.max", 100);
    Scorm.set("cmi.core.score.raw", score);
    Scorm.set("cmi.core.lesson_status", score >= PASS ? "passed" : "failed");
    keep();
  }

  function turn(by) {
    at += by;
    keep();
    show();
    find("page").querySelector("h1").focus();
    scrollTo(0, 0);
  }

  find("back").onclick = () => turn(-1);
  find("next").onclick = () => turn(1);
  show();
})();
