// How does a scan reach the server, also from a room without a network? It is sent at once; what cannot be sent stays on this phone
// and is sent when the network is back.

const KEPT = "kept-codes";
const AGAIN_AFTER_MS = 10000;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function keep(codes) {
  try {
    localStorage.setItem(KEPT, JSON.stringify([...new Set(codes)].slice(-20)));
  } catch {
    // a browser that keeps nothing: the page itself still tries again while it is open
  }
}

async function send(form) {
  const code = form.dataset.checkIn;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    keep(kept().filter((one) => one !== code));
    if (answer.redirected) location.replace(answer.url);
    else location.reload();
  } catch {
    keep([...kept(), code]);
    document.getElementById("not-sent").hidden = false;
    setTimeout(() => send(form), AGAIN_AFTER_MS);
  }
}

// -- the page of a code: sent by itself where it is fresh, or where this phone kept it

const form = document.querySelector("form[data-check-in]");
if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
  if (form.dataset.fresh || kept().includes(form.dataset.checkIn)) form.requestSubmit();
}

// -- the page that stands in for it where there is no network

if (document.querySelector("[data-no-network]")) {
  const code = location.pathname.split("/").pop();
  if (/^[\w-]{24}$/.test(code)) keep([...kept(), code]);
  const again = async () => {
    try {
      await fetch("/healthz", { cache: "no-store" });
      location.replace(/^[\w-]{24}$/.test(code) ? location.href : "/");
    } catch {
      setTimeout(again, AGAIN_AFTER_MS);
    }
  };
  window.addEventListener("online", again);
  setTimeout(again, AGAIN_AFTER_MS);
}

// -- what was kept on an earlier day is taken along by any page of ours that has this script

if (!form && navigator.onLine && !document.querySelector("[data-no-network]")) {
  const [first] = kept();
  if (first && document.querySelector("[data-signed-in]")) location.assign(`/here/${first}`);
}

if (window.isSecureContext && "serviceWorker" in navigator) navigator.serviceWorker.register("/here/worker.js", { scope: "/here/" });
