// Runs before the H5P player: gives it what a sandboxed frame lacks, and hears its statements from the very first one.
(function () {
  "use strict";
  const { base, entry } = document.documentElement.dataset;
  const memory = () => {
    const kept = new Map();
    return {
      getItem: (key) => (kept.has(String(key)) ? kept.get(String(key)) : null),
      setItem: (key, value) => void kept.set(String(key), String(value)),
      removeItem: (key) => void kept.delete(String(key)),
      clear: () => kept.clear(),
      key: (index) => [...kept.keys()][index] ?? null,
      get length() {
        return kept.size;
      },
    };
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      void window[name];
    } catch {
      Object.defineProperty(window, name, { value: memory(), configurable: true });
    }
  }
  try {
    void document.cookie;
  } catch {
    Object.defineProperty(document, "cookie", { get: () => "", set: () => {}, configurable: true });
  }

  // `attempted` is said while the dispatcher is still being made: a listener added later misses it.
  const H5P = (window.H5P = window.H5P || {});
  let dispatcher;
  Object.defineProperty(H5P, "externalDispatcher", {
    configurable: true,
    enumerable: true,
    get: () => dispatcher,
    set(made) {
      dispatcher = made;
      made.on("xAPI", (event) => forward(event.data.statement));
    },
  });

  // The player saves by ajax with cookies, which a frame without an origin does not have: the page keeps the state.
  let kept;
  window.TH.keepState = (state) => {
    const text = JSON.stringify(state);
    if (state === undefined || text === kept) return;
    kept = text;
    window.TH.post("state", { body: state });
  };
  Object.defineProperty(H5P, "setUserData", {
    configurable: true,
    enumerable: true,
    get: () => (contentId, dataId, data, extras) => {
      if (dataId === "state" && !extras?.subContentId) window.TH.keepState(data);
    },
    set() {}, // the player's own
  });

  // The player knows one folder for each content of a whole site; content that asks for its folder by this name has this one.
  Object.defineProperty(H5P, "getContentPath", {
    configurable: true,
    enumerable: true,
    get: () => () => `${base}${entry}/content`,
    set() {}, // the player's own
  });

  /** Hand a statement to the page. Who, when and which registration are for the server to say. */
  function forward({ verb, object, result, context }) {
    window.TH.statement({ verb, object, ...(result ? { result } : {}), ...(context ? { context } : {}) });
  }
})();
