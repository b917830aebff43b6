// Where does the focus go when what had it is drawn anew, rests, or goes away? To what stands there now, and never to the top of the page.

/** Give the focus to the first of these that can take it. */
export function focusFirst(...candidates) {
  candidates.find((one) => one?.isConnected && !one.disabled && one.getClientRects().length)?.focus();
}

/** Return what finds an element of the outline in an outline that is drawn anew, the best first. */
export function selectorsOf(element) {
  const item = element.closest("[data-activity], [data-module]");
  const place = item && (item.dataset.activity ? `#${CSS.escape(item.id)}` : `[data-module="${CSS.escape(item.dataset.module)}"]`);
  const does = ["step", "remove", "sendTo"].filter((name) => name in element.dataset).map((name) => attribute(element, name));
  return [element.id && `#${CSS.escape(element.id)}`, place && does.length && `${place} ${does[0]}`, place && `${place} :is(summary, input)`].filter(Boolean);
}

function attribute(element, name) {
  const written = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `[data-${written}="${CSS.escape(element.dataset[name])}"]`;
}

/** Let a button rest or work again; if it had the focus, `other` takes it. */
export function setAble(button, able, other) {
  const focused = document.activeElement === button;
  button.disabled = !able;
  if (focused && !able) focusFirst(other, document.getElementById("main"));
}
