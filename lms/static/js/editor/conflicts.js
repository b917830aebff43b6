// Two people wrote into one field at the same time: both texts are shown, and a person decides.

import { inputOf, show } from "./fields.js";
import { focusFirst } from "./focus.js";

const area = document.querySelector("[data-conflicts]");

function button(words, kind, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button button-${kind}`;
  made.textContent = words;
  made.onclick = act;
  return made;
}

function line(words, value) {
  const made = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = words;
  made.append(strong, " ", value);
  return made;
}

function box(title) {
  const [made, inner, head] = [document.createElement("div"), document.createElement("div"), document.createElement("p")];
  made.className = "callout callout-warn";
  made.setAttribute("role", "alert");
  head.className = "callout-title";
  head.textContent = title;
  inner.append(head);
  made.append(inner);
  area.append(made);
  return [made, inner];
}

/** Take a box away; the focus goes on to the next box, or to the field that it spoke of. */
function close(made, step) {
  made.remove();
  focusFirst(area.querySelector("button"), step && inputOf(step), document.getElementById("main"));
}

/** The words of a value as its field shows it: a choice has words of its own. */
function shown(step, value, texts) {
  const option = [...(inputOf(step)?.options ?? [])].find((one) => one.value === String(value ?? ""));
  return option?.textContent || (value === null || value === undefined || value === "" ? texts.nothing : String(value));
}

export function ask(conflict, step, outbox, texts) {
  const where = conflict.where || texts.course;
  const mine = step.to;
  if (conflict.gone) {
    if (step.do !== "set") return;
    const [made, inner] = box(texts.gone.replace("{where}", where).replace("{mine}", shown(step, mine, texts)));
    inner.append(actions(button(texts.ok, "secondary", () => close(made))));
    return;
  }
  if (conflict.field === "files") {
    const [made, inner] = box(texts.replaced.replace("{where}", where));
    inner.append(actions(button(texts.ok, "secondary", () => close(made, step))));
    return;
  }
  const [made, inner] = box(texts.conflict.replace("{where}", where));
  show(step, conflict.theirs);
  inner.append(line(texts.mine, shown(step, mine, texts)), line(texts.theirs, shown(step, conflict.theirs, texts)));
  const take = () => {
    made.remove();
    show(step, mine);
    outbox.add([{ ...step, was: conflict.theirs ?? null }]);
    inputOf(step)?.focus();
  };
  inner.append(actions(button(texts.keep_mine, "secondary", take), button(texts.keep_theirs, "quiet", () => close(made, step))));
}

export function tellRefused(change, words, texts) {
  const [made, inner] = box(texts.refused);
  if (words) inner.append(line("", words));
  for (const step of change.steps) if (step.do === "set") inner.append(line(texts.mine, shown(step, step.to, texts)));
  inner.append(actions(button(texts.ok, "secondary", () => close(made, change.steps[0]))));
}

function actions(...buttons) {
  const made = document.createElement("div");
  made.className = "actions";
  made.append(...buttons);
  return made;
}
