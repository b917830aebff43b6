// The controls that send a file: pictures, films, captions.

import { box, text, told } from "./controls.js";
import { el, fill } from "./form.js";

const TENTHS = 10;

/** Choose a file, send it, and keep what the server calls it. */
function chooser(form, accept, id, said, taken) {
  const input = el("input", { type: "file", id, accept });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    said.textContent = form.texts.sending;
    input.disabled = true;
    const progress = (share) => {
      const words = fill(form.texts.sent, { percent: Math.floor(share * TENTHS) * TENTHS }); // a screen reader hears each tenth
      if (said.textContent !== words) said.textContent = words;
    };
    try {
      taken(await form.services.upload(file, progress, () => (said.textContent = form.texts.again)));
    } catch (error) {
      said.textContent = error.message;
      input.disabled = false;
      input.value = "";
      input.focus();
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

/** Return seconds as people write them: 65.5 is 1:05.5. */
export function minutes(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = String(Math.floor((tenths % 600) / 10)).padStart(2, "0");
  return `${Math.floor(tenths / 600)}:${rest}${tenths % 10 ? `.${tenths % 10}` : ""}`;
}

/** Return what is meant by 1:05.5, 1：05 or 65.5 in seconds; null if it cannot be read as a time. */
export function seconds(typed) {
  const parts = typed.normalize("NFKC").trim().split(":");
  if (parts.length > 3 || !parts.every((one) => /^\d+(\.\d+)?$/.test(one.trim()))) return null;
  return parts.reduce((sum, one) => sum * 60 + Number(one), 0);
}

const shown = (form) => form.root.querySelector("video[data-film]");
const placeOf = (video) => Math.max(0.1, Math.round(video.currentTime * 10) / 10);

/** A film with its picture, which stays where it stands when the form is drawn anew; where questions stop it, they are placed here. */
export function film(form, field, value, path) {
  const chosen = file(form, field, value, path);
  if (!value[field.name]) return chosen;
  const address = form.services.filmUrl(field.at(value));
  form.films ??= new Map();
  if (!form.films.has(address)) form.films.set(address, el("video", { src: address, controls: true, preload: "metadata", playsinline: true, "data-film": "" }));
  const video = form.films.get(address);
  if (!field.places) return el("div", { class: "stack" }, chosen, video);
  const add = el("button", { type: "button", class: "button button-secondary", "data-place": "" });
  const name = () => (add.textContent = fill(form.texts.place_here, { time: minutes(placeOf(video)) }));
  ["timeupdate", "seeked"].forEach((one) => (video[`on${one}`] = name));
  add.addEventListener("click", () => {
    video.pause();
    const number = field.places(value, placeOf(video));
    form.restructure(() => {}, `checkpoints[${number}].question`);
  });
  name();
  return el("div", { class: "stack" }, chosen, video, el("div", {}, add));
}

/** A time in the film: written, or taken from the film where it stands. */
export function moment(form, field, value, path) {
  const id = form.id();
  const input = el("input", { id, type: "text", maxlength: 12, autocomplete: "off", ...told(field, id) });
  const write = (at) => ((value[field.name] = at), form.changed(path));
  input.value = value[field.name] == null ? "" : minutes(value[field.name]);
  input.addEventListener("input", () => write(seconds(input.value)));
  const take = () => {
    const video = shown(form);
    if (!video) return;
    write(placeOf(video));
    input.value = minutes(value[field.name]);
  };
  const show = () => {
    const video = shown(form);
    if (!video) return;
    video.pause();
    video.currentTime = value[field.name] ?? 0;
    video.scrollIntoView({ block: "center" });
  };
  const button = (words, act) => el("button", { type: "button", class: "button button-quiet", onclick: act }, form.texts[words]);
  const there = value[field.name] !== undefined && form.value.video;
  return box(form, path, id, field, input, there ? el("div", { class: "actions" }, button("at_take", take), button("at_show", show)) : null);
}
