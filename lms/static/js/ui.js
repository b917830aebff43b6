// What does the page do by itself: messages, dialogs, menus, focus, the offline line, waiting. Every part works without it, only plainer.

import { giveBack, keepSent } from "./unsent.js";

const LEAVES_AFTER_MS = 8000; // success and info; what needs reading stays
const SLOW_AFTER_MS = 300;
const SEND_AGAIN_AFTER_MS = 10000;
const ROOM_PX = 8;

// -- messages: showToast("Saved", "success"), or an HX-Trigger header {"toast": {"message": …, "category": …}}

export function showToast(message, category = "info") {
  const template = document.getElementById(`toast-${category}`) ?? document.getElementById("toast-info");
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = message;
  document.getElementById("toasts").append(toast);
  leaveLater(toast);
  return toast;
}

// Its room stays: the page must not move under a finger that is just about to touch something.
function leave(toast) {
  const region = toast.parentElement;
  if (!region) return;
  region.style.minHeight = `${region.offsetHeight}px`;
  toast.remove();
}

function leaveLater(toast) {
  if (!["success", "info"].includes(toast.dataset.toast)) return;
  let timer = setTimeout(() => leave(toast), LEAVES_AFTER_MS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => leave(toast), LEAVES_AFTER_MS);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

function closeToast(toast) {
  toast.parentElement.style.minHeight = "";
  toast.remove();
}

// Messages that came with the page are put in again, because a live region only reads what is added.
function readFlashedMessages() {
  const region = document.getElementById("toasts");
  const flashed = region ? [...region.children] : [];
  if (flashed.length) region.style.minHeight = `${region.offsetHeight}px`;
  region?.replaceChildren();
  setTimeout(() => {
    flashed.forEach((toast) => (region.append(toast), leaveLater(toast)));
    if (flashed.length) uncover(document.querySelector(":target"), region.getBoundingClientRect().bottom);
  }, 150);
}

/** Move the place that the address names out from under the messages. */
function uncover(place, bottom) {
  const top = place?.getBoundingClientRect().top ?? bottom;
  if (top >= 0 && top < bottom) scrollBy({ top: top - bottom - ROOM_PX, behavior: "instant" });
}

/** Let the controls work that rest until the script that they need is here. */
export function wake(root = document) {
  root.querySelectorAll("[data-wakes]").forEach((one) => {
    one.disabled = false;
    delete one.dataset.wakes;
  });
}

export function announce(words) {
  const line = document.getElementById("announcer");
  if (line && line.textContent !== words) line.textContent = words;
}

// -- dialogs: <button command="show-modal" commandfor="id">; Escape and the veil close, focus returns

const LEFT_TO_US = !("command" in HTMLButtonElement.prototype); // by browsers from before 2025

// The cancel button has the focus, so that pressing Enter without reading changes nothing.
function openDialog(dialog) {
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
}

function command(button) {
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "close") dialog.close();
  else openDialog(dialog);
}

function onClick(event) {
  const target = event.target.closest("[commandfor], [data-close-toast], [data-print], [data-show-password], [data-copy], .error-summary a");
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the veil
  closeMenus(event.target);
  if (!target) return;
  if (target.hasAttribute("commandfor")) LEFT_TO_US && command(target);
  else if ("closeToast" in target.dataset) closeToast(target.closest(".toast"));
  else if ("print" in target.dataset) window.print();
  else if (target.dataset.copy) copy(target, document.getElementById(target.dataset.copy));
  else if (target.dataset.showPassword) showPassword(target, document.getElementById(target.dataset.showPassword).type === "password");
  else focusField(event, target);
}

// -- focus: the error summary takes it; its links go into the field, not only near it

function focusField(event, link) {
  const found = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const input = found?.matches("input, select, textarea") ? found : found?.querySelector("input, select, textarea");
  if (!input) return;
  event.preventDefault();
  input.scrollIntoView({ block: "center" });
  input.focus({ preventScroll: true });
}

function focusWhatMatters(root) {
  root.querySelector?.("[data-focus]")?.focus();
}

// -- passwords: shown while they are typed, hidden again when the form is sent

function offerButtons(root) {
  for (const button of root.querySelectorAll("[data-show-password], [data-copy]")) button.hidden = false;
}

function showPassword(button, shown) {
  const input = document.getElementById(button.dataset.showPassword);
  if ((input.type === "text") === shown) return;
  input.type = shown ? "text" : "password";
  [button.textContent, button.dataset.shown] = [button.dataset.shown, button.textContent];
}

// -- values to take along; where the browser keeps the clipboard from us (no https), the selected words can be copied by hand

async function copy(button, input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    if (!document.execCommand("copy")) return;
  }
  showToast(button.dataset.copied, "success");
}

// -- menus: one <details data-menu> open at a time; Escape closes and gives the focus back

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(except)) menu.open = false;
}

function onKey(event) {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// -- forms: sent once, filters send themselves

function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  keepSent(form);
  form.querySelectorAll("[data-show-password]").forEach((button) => showPassword(button, false)); // browsers only keep hidden ones as passwords
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(allowSendingAgain, SEND_AGAIN_AFTER_MS); // an answer that was a file leaves this page standing
}

function allowSendingAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll('[aria-disabled="true"]').forEach((button) => button.removeAttribute("aria-disabled"));
  }
}

// A page to which people come back makes something new when its button is pressed once more.
function renewTokens() {
  for (const one of document.querySelectorAll('input[name="once"]')) one.value = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
}

function onChange(event) {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
}

// -- the network

function showNetwork() {
  const line = document.querySelector("#offline p");
  if (line) line.hidden = navigator.onLine;
}

// -- htmx: our CSRF token, a waiting look after 300 ms, refusals told

const waiting = new WeakMap();

function onHtmx(name, handle) {
  document.addEventListener(`htmx:${name}`, handle);
}

function settle(element) {
  clearTimeout(waiting.get(element));
  element.classList.remove("is-loading");
  element.removeAttribute("aria-busy");
}

function watchHtmx() {
  onHtmx("configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  onHtmx("beforeRequest", (event) => {
    const { detail } = event;
    if (detail.elt.getAttribute("hx-trigger")?.startsWith("every")) {
      if (document.hidden) event.preventDefault(); // nobody is looking
      return; // polling is not waiting
    }
    waiting.set(detail.target, setTimeout(() => (detail.target.classList.add("is-loading"), detail.target.setAttribute("aria-busy", "true")), SLOW_AFTER_MS));
  });
  onHtmx("afterRequest", ({ detail }) => detail.target && settle(detail.target));
  onHtmx("load", ({ detail }) => {
    if (detail.elt === document.body) return; // the page itself, not a part that came later
    focusWhatMatters(detail.elt);
    const said = detail.elt.closest("[data-announce]") ?? detail.elt.querySelector("[data-announce]");
    if (said) announce(said.dataset.announce);
  });
  for (const trouble of ["responseError", "sendError", "timeout"]) onHtmx(trouble, tellTrouble);
}

function tellTrouble({ detail }) {
  if (detail.elt.getAttribute("hx-trigger")?.startsWith("every")) return; // it asks again by itself
  const region = document.getElementById("toasts");
  if (region && !region.querySelector(".toast-error")) showToast(region.dataset.trouble, "error");
}

// On a phone the chosen tab may lie beyond the edge; the page itself does not move.
function showChosenTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const bar = tab.closest(".tabs");
    const beside = (bar.clientWidth - tab.offsetWidth) / 2;
    bar.scrollLeft += tab.getBoundingClientRect().left - bar.getBoundingClientRect().left - beside;
  }
}

// Tabs that go on beyond an edge say so there.
function showMoreTabs() {
  for (const bar of document.querySelectorAll(".tabs")) {
    const sides = [bar.scrollLeft > 4 ? "before" : "", bar.scrollLeft + bar.clientWidth < bar.scrollWidth - 4 ? "after" : ""];
    const more = sides.filter(Boolean).join(" ");
    if (bar.dataset.more !== more) bar.dataset.more = more;
  }
}

document.addEventListener("click", onClick);
document.addEventListener("scroll", showMoreTabs, { passive: true, capture: true });
window.addEventListener("resize", showMoreTabs);
document.addEventListener("keydown", onKey);
document.addEventListener("submit", onSubmit);
document.addEventListener("change", onChange);
document.addEventListener("toast", ({ detail }) => showToast(detail.message ?? detail.value, detail.category));
window.addEventListener("pageshow", allowSendingAgain);
window.addEventListener("pageshow", ({ persisted }) => persisted && renewTokens());
window.addEventListener("online", showNetwork);
window.addEventListener("offline", showNetwork);
watchHtmx();
readFlashedMessages();
showChosenTabs();
showMoreTabs();
showNetwork();
offerButtons(document);
focusWhatMatters(document);
giveBack((words) => setTimeout(() => showToast(words, "warning"), 200));
