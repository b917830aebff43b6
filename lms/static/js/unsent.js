// Is a text lost that was typed into a form which the site refused, because its sign-in or its token had ended, or the site was too busy?
//
// No: it stays in this window until the form is back, for the person who typed it. Passwords and files are never kept,
// nor is anything of a form with `data-private`.

const SENT = "form-sent"; // a form on its way: the next page says whether it was refused
const UNSENT = "form-unsent"; // a form that was refused
const NEVER_KEPT = new Set(["hidden", "password", "file", "submit", "button"]);

const person = () => document.querySelector('meta[name="person"]')?.content ?? "";
let shown = ""; // the page that a form was on before the site refused what was in it: the address of its answer takes no visit
const page = () => shown || location.pathname + location.search;
const target = (form) => new URL(form.getAttribute("action") ?? "", location.href).pathname;
const fieldsOf = (form) => [...form.elements].filter((one) => one.name && !NEVER_KEPT.has(one.type));

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    if (value) sessionStorage.setItem(name, JSON.stringify(value));
    else sessionStorage.removeItem(name);
  } catch {
    // no room: the browser's way back may still have the text
  }
}

/** Keep what is in a form that is being sent. */
export function keepSent(form) {
  if (form.querySelector('[type="password"]') || "private" in form.dataset) return;
  const fields = fieldsOf(form).map((one) => [one.name, one.value, Boolean(one.checked)]);
  write(SENT, { person: person(), page: page(), target: target(form), fields });
}

/** Lead back to a form that this page refuses; on the form's own page, fill it in again and say so with `say(words)`. */
export function giveBack(say) {
  const sent = read(SENT);
  write(SENT, null);
  const refusal = document.querySelector("[data-unsent]");
  if (document.querySelector('meta[name="posted"]') && sent?.target === location.pathname) shown = sent.page;
  if (refusal && sent?.fields.length) {
    write(UNSENT, sent);
    lead(refusal, sent.page);
    return;
  }
  const kept = read(UNSENT);
  if (!kept || !person()) return;
  if (kept.person === person() && kept.page !== page()) return; // on the way back to it
  const form = kept.person === person() ? formOf(kept) : null;
  write(UNSENT, null);
  if (form) fill(form, kept.fields);
  if (form) say(document.getElementById("toasts").dataset.unsentWords);
}

/** Several forms of a page may lead to one address: prefer the one with the same fields. */
function formOf(kept) {
  const found = [...document.forms].filter((one) => one.method === "post" && target(one) === kept.target);
  const names = (fields) => JSON.stringify([...new Set(fields)].sort());
  const wanted = names(kept.fields.map(([name]) => name));
  return found.find((one) => names(fieldsOf(one).map(({ name }) => name)) === wanted) ?? found[0];
}

function lead(refusal, to) {
  refusal.hidden = false;
  const [back] = document.querySelectorAll("[data-unsent-back]");
  const [signIn] = document.querySelectorAll("[data-unsent-sign-in]");
  if (back) Object.assign(back, { href: to, hidden: false });
  if (signIn) signIn.href = `${signIn.pathname}?next=${encodeURIComponent(to)}`;
}

/** Fields of one name stand in the same order as before. */
function fill(form, kept) {
  const seen = new Map();
  for (const field of fieldsOf(form)) {
    const number = seen.get(field.name) ?? 0;
    seen.set(field.name, number + 1);
    const found = kept.filter(([name]) => name === field.name)[number];
    const part = ["checkbox", "radio"].includes(field.type) ? "checked" : "value";
    const typed = part === "checked" ? found?.[2] : found?.[1];
    if (typed === undefined || field[part] === typed) continue;
    field[part] = typed;
    for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
