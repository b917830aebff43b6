// The page of a link to another site: notes that it was opened, because a provider's report belongs to an opening. It measures nothing.

import { isTemporary, send } from "./api.js";
import { Outline } from "./outline.js";
import { Progress } from "./progress.js";

const config = JSON.parse(document.getElementById("link-config").textContent);
const { place, urls, texts } = config;
const outline = new Outline(document.querySelector("[data-outline]"), document.querySelector("[data-outline-opener]"), {}, () => {});
const progress = new Progress(document.querySelector("[data-progress]"), urls.progress, (_gateOpen, list) => outline.renew(list));
const link = document.querySelector("[data-leave]");

async function opened() {
  const { status } = await send(urls.open, { ...place, take: false }, { cookies: true, csrf: config.csrf, keepalive: true });
  document.querySelector("[data-opened]").textContent = status === 200 ? texts.opened : isTemporary(status) ? texts.unnoted : texts.signed_out;
  progress.load();
}

link.addEventListener("click", opened);
link.addEventListener("auxclick", ({ button }) => button === 1 && opened());
document.addEventListener("visibilitychange", () => document.hidden || progress.load()); // back from there
progress.load();
