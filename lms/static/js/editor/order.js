// The order of parts and activities: by buttons, and by dragging. Both end as the same step.

import { announce } from "../ui.js";

const outline = () => document.getElementById("outline");
const itemOf = (node) => node.closest("[data-activity], [data-module]");
const keyOf = (item) => item?.dataset.activity ?? item?.dataset.module;
const titleOf = (item) => item.querySelector(item.dataset.activity ? "[data-line=title]" : "[data-part-title]").textContent;

function stepOf(item) {
  const before = item.previousElementSibling?.matches("[data-activity], [data-module]") ? item.previousElementSibling : null;
  const step = { do: "move", of: item.dataset.activity ? "activity" : "module", key: keyOf(item), after: keyOf(before) ?? null };
  return item.dataset.activity ? { ...step, module: item.closest("[data-module]").dataset.module } : step;
}

export class Order {
  constructor(outbox, texts) {
    Object.assign(this, { outbox, texts });
    document.addEventListener("click", (event) => this.click(event));
    document.addEventListener("change", (event) => this.choose(event));
    document.addEventListener("pointerdown", (event) => this.grip(event));
    for (const name of ["dragstart", "dragover", "drop", "dragend"]) document.addEventListener(name, (event) => this[name](event));
  }

  click(event) {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const item = itemOf(button);
    if (!(button.dataset.step === "up" ? this.up(item) : this.down(item))) return;
    button.focus();
    this.moved(item);
  }

  /** Move an item one place up; the first activity of a part goes to the end of the part before. */
  up(item) {
    const before = item.previousElementSibling;
    if (before?.matches("[data-activity], [data-module]")) return before.before(item), true;
    const part = item.dataset.activity && item.closest("[data-module]").previousElementSibling;
    return part ? (part.querySelector("[data-activities]").append(item), true) : false;
  }

  down(item) {
    const after = item.nextElementSibling;
    if (after?.matches("[data-activity], [data-module]")) return after.after(item), true;
    const part = item.dataset.activity && item.closest("[data-module]").nextElementSibling;
    return part ? (part.querySelector("[data-activities]").prepend(item), true) : false;
  }

  /** Put an activity at the end of the chosen part. */
  choose(event) {
    const key = event.target.dataset?.moveTo;
    if (!key) return;
    const item = document.getElementById(`activity-${key}`);
    outline().querySelector(`[data-module="${CSS.escape(event.target.value)}"] [data-activities]`).append(item);
    event.target.focus();
    this.moved(item);
  }

  moved(item) {
    this.outbox.flush();
    this.outbox.add([stepOf(item)]);
    const all = [...item.parentElement.children].filter((one) => one.matches("[data-activity], [data-module]"));
    const words = this.texts.moved.replace("{title}", titleOf(item)).replace("{n}", all.indexOf(item) + 1).replace("{of}", all.length);
    announce(words);
  }

  // Only the grip drags, so that text in the fields can be marked with the mouse.
  grip(event) {
    for (const item of document.querySelectorAll("[data-activity]")) item.draggable = false;
    const item = event.target.closest?.(".part-grip")?.closest("[data-activity]");
    if (item) item.draggable = true;
  }

  dragstart(event) {
    if (!event.target.matches?.("[data-activity]")) return;
    this.dragged = event.target;
    this.home = [this.dragged.parentElement, this.dragged.nextElementSibling];
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", titleOf(this.dragged));
    this.dragged.classList.add("is-dragged");
  }

  dragover(event) {
    if (!this.dragged) return;
    const list = event.target.closest?.("[data-module]")?.querySelector("[data-activities]");
    if (!list) return;
    event.preventDefault();
    const item = event.target.closest("[data-activity]");
    if (!item) return list.children.length ? undefined : list.append(this.dragged);
    if (item === this.dragged) return;
    const box = item.getBoundingClientRect();
    event.clientY < box.top + box.height / 2 ? item.before(this.dragged) : item.after(this.dragged);
  }

  drop(event) {
    if (!this.dragged) return;
    event.preventDefault();
    const item = this.dragged;
    this.dragged.classList.remove("is-dragged");
    this.dragged = null;
    this.moved(item);
  }

  dragend() {
    if (!this.dragged) return;
    this.dragged.classList.remove("is-dragged");
    this.home[0].insertBefore(this.dragged, this.home[1]);
    this.dragged = null;
  }
}
