// Speaks SCORM 1.2 with the player around: finds its API, and falls back to nothing when the pages are opened by themselves.
const Scorm = (() => {
  let api = null;
  for (let where = window; !api && where; where = where === where.parent ? null : where.parent) {
    try {
      api = where.API ?? null;
    } catch {
      break; // another origin: there is no player of SCORM
    }
  }
  const began = Date.now();
  let ended = !api || api.LMSInitialize("") !== "true";
  const two = (number) => String(number).padStart(2, "0");

  function time() {
    const seconds = Math.round((Date.now() - began) / 1000);
    return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  const get = (name) => (ended ? "" : api.LMSGetValue(name));
  const set = (name, value) => ended || api.LMSSetValue(name, String(value));
  const save = () => ended || api.LMSCommit("");

  /** Leave: to go on later, or because the lesson is done. */
  function end(exit) {
    if (ended) return;
    set("cmi.core.session_time", time());
    set("cmi.core.exit", exit);
    api.LMSFinish("");
    ended = true;
  }

  addEventListener("pagehide", () => end("suspend"));
  return { get, set, save, end };
})();
