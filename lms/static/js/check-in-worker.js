// What does a phone show for a scanned code when there is no network? A page that it keeps, which keeps the code.

const NAME = "check-in-1";
const PAGE = "/here/kept";
// The server puts the version of the files into their addresses.
const WITH = ["/static/css/tokens.css", "/static/css/app.css", "/static/js/ui.js", "/static/js/check-in.js", "/static/vendor/htmx.min.js", "/static/icons.svg"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([PAGE, ...WITH])).then(() => self.skipWaiting()));
});

/** Files of the version before are not needed any more: their addresses have another version in them. */
async function forgetOthers() {
  const cache = await caches.open(NAME);
  const others = (await cache.keys()).filter(({ url }) => ![PAGE, ...WITH].includes(new URL(url).pathname));
  await Promise.all(others.map((request) => cache.delete(request)));
}

self.addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const { pathname } = new URL(event.request.url);
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (WITH.includes(pathname)) event.respondWith(fetch(event.request).catch(() => caches.match(pathname)));
});
