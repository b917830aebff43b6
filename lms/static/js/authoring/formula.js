// A formula in LaTeX, and under its field how learners will see it: the site writes it as it will for the published reading.

import { box, told } from "./controls.js";
import { el } from "./form.js";

const AFTER_MS = 400;
const MATH = "http://www.w3.org/1998/Math/MathML";

export function formula(form, field, value, path) {
  const id = form.id();
  const shown = el("div", { class: "author-formula", role: "status" });
  let timer = 0;
  const show = async () => {
    const tex = value[field.name] ?? "";
    if (!tex.trim()) return shown.replaceChildren();
    try {
      const { mathml } = await form.services.formula(tex);
      if (tex === value[field.name]) shown.replaceChildren(mathml ? mathOf(mathml, tex) : form.texts.formula_unknown);
    } catch {
      shown.replaceChildren(); // without the network nothing is said of it; saving checks it
    }
  };
  const write = (event) => {
    value[field.name] = event.target.value;
    form.changed(path);
    clearTimeout(timer);
    timer = setTimeout(show, AFTER_MS);
  };
  const input = el("input", { id, type: "text", maxlength: field.max, oninput: write, ...told(field, id) });
  input.value = value[field.name] ?? "";
  show();
  return box(form, path, id, field, input, shown);
}

/** The MathML of the site, without what could run or lead elsewhere. */
function mathOf(mathml, tex) {
  const math = new DOMParser().parseFromString(mathml, "text/html").querySelector("math");
  if (!math) return tex;
  for (const part of [math, ...math.querySelectorAll("*")]) {
    if (part.namespaceURI !== MATH) part.remove();
    for (const { name } of [...part.attributes]) if (/^on|href|src|style/i.test(name)) part.removeAttribute(name);
  }
  math.setAttribute("aria-label", tex);
  return document.importNode(math, true);
}
