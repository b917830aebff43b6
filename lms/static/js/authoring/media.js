// The controls that send a file: pictures, films, captions.

import { text } from "./controls.js";
import { el } from "./form.js";

/** Choose a file, send it, and keep what the server calls it. */
function chooser(form, accept, id, said, taken) {
  const input = el("input", { type: "file", id, accept });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    said.textContent = form.texts.sending;
    input.disabled = true;
    try {
      taken(await form.services.upload(file));
    } catch (error) {
      said.textContent = error.message;
      input.disabled = false;
      input.value = "";
    }
  });
  return input;
}

export function picture(form, field, value, path) {
  const id = form.id();
  const there = value[field.name];
  const said = el("p", { class: "note", role: "status" });
  const put = (file) => form.restructure(() => (value[field.name] = { path: file.path, mime: file.mime, alt: there?.alt ?? "" }), path, "input[type=text]");
  const choose = chooser(form, "image/jpeg,image/png,image/webp", id, said, put);
  if (!there) return el("div", { class: "field", "data-path": path }, el("label", { for: id }, form.texts[field.label], field.required ? null : el("span", { class: "optional" }, form.texts.optional)), el("p", { class: "hint" }, form.texts.picture_hint), choose, said);
  const alt = { kind: "text", name: "alt", label: "alt", hint: "alt_hint", max: 500 };
  return el(
    "div",
    { class: "field author-picture", "data-path": path },
    el("img", { src: form.services.pictureUrl(there.path), alt: there.alt }),
    text(form, alt, there, `${path}.alt`),
    el("div", { class: "actions" }, el("label", { class: "button button-quiet", for: id }, form.texts.other_picture), el("button", { type: "button", class: "button button-quiet", onclick: () => form.restructure(() => delete value[field.name], path) }, form.texts.remove_picture)),
    el("div", { class: "visually-hidden" }, choose),
    said,
  );
}

/** A film or captions: the name of the file, and what follows from it. */
export function file(form, field, value, path) {
  const id = form.id();
  const said = el("p", { class: "note", role: "status" });
  const put = (sent) => form.restructure(() => field.taken(value, sent), path, "input[type=file]");
  const there = value[field.name] ? el("p", { class: "note" }, field.about(value, form.texts)) : null;
  return el("div", { class: "field", "data-path": path }, el("label", { for: id }, form.texts[field.label]), field.hint ? el("p", { class: "hint" }, form.texts[field.hint]) : null, there, chooser(form, field.accept, id, said, put), said);
}
