// The API that a SCORM unit looks for in the windows around it, made of scorm-again: filled with what was kept, and sent back after changes.
//
// Completion and score decide nothing here: the server reads them from what is sent. Session time is sent as it comes, and counts nowhere.
(function () {
  "use strict";
  const { TH } = window;
  const SAVE_EVERY_S = 10;
  const AGAIN_MS = [2000, 5000, 15000, 30000, 60000];
  const ENDED = 401; // the launch: its page may open another, with another address
  const TOO_LARGE = 413;
  const LATER = [408, 429];
  const REFUSED = 101; // the standard's general error
  const PLAIN = "text/plain;charset=UTF-8"; // a browser asks nothing beforehand, and sends it behind a page
  const LIVED_OUT = /^cmi\.(core\.)?(session_time|exit|entry|student_id|student_name|learner_id|learner_name|credit|lesson_mode|mode|launch_data|version)$|_children$|_count$|_version$|^cmi\.(launch_data|student_data\.|scaled_passing_score|completion_threshold|max_time_allowed|time_limit_action)/;
  const WHOSE = /^cmi\.(core\.student|learner)_(id|name)$/;
  const NOWHERE = "the page around"; // the runtime saves only if it has an address
  const run = crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now();
  let number = 0;

  /** Where a launch's units report: an address, which keeps it. */
  const server = {
    async send(report, { leaving = false, keepalive = false } = {}) {
      const { url } = TH.reports;
      const body = JSON.stringify(report);
      if (leaving && navigator.sendBeacon(url, new Blob([body], { type: PLAIN }))) return { status: 202 };
      const response = await fetch(url, { method: "POST", body, headers: { "Content-Type": PLAIN }, keepalive });
      return { status: response.status, body: response.ok ? await response.json() : null };
    },
    async load() {
      const answer = await fetch(TH.reports.url, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    },
  };

  /** Where units of a preview report: the page around, which keeps it as long as it is open. */
  const around = {
    waiting: new Map(),
    kept: {},
    send(report) {
      const ref = `${report.run}/${report.number}`;
      TH.post("unit", { ref, report });
      return new Promise((resolve) => this.waiting.set(ref, resolve));
    },
    load: async () => around.kept,
  };
  TH.on("kept", ({ ref, status, kept }) => {
    around.kept = kept;
    around.waiting.get(ref)?.({ status, body: {} });
    around.waiting.delete(ref);
  });

  TH.unitReports = () => (TH.reports.url ? server : around);

  /** What the standard calls entry: resume after a suspension, and after a page that broke off. */
  const entryOf = (kept) => {
    if (!kept) return "ab-initio";
    const exit = kept.cmi["cmi.core.exit"] ?? kept.cmi["cmi.exit"] ?? "";
    return !kept.ended || exit === "suspend" ? "resume" : "";
  };

  const own12 = (unit, learner, entry) => ({
    "cmi.core.student_id": learner.id,
    "cmi.core.student_name": learner.name,
    "cmi.core.credit": "credit",
    "cmi.core.lesson_mode": "normal",
    "cmi.core.entry": entry,
    "cmi.launch_data": unit.launch_data,
    "cmi.student_data.mastery_score": unit.mastery_score,
    "cmi.student_data.max_time_allowed": unit.max_time_allowed,
    "cmi.student_data.time_limit_action": unit.time_limit_action,
  });

  const own2004 = (unit, learner, entry) => ({
    "cmi.learner_id": learner.id,
    "cmi.learner_name": learner.name,
    "cmi.credit": "credit",
    "cmi.mode": "normal",
    "cmi.entry": entry,
    "cmi.launch_data": unit.launch_data,
    "cmi.scaled_passing_score": unit.scaled_passing_score,
    "cmi.completion_threshold": unit.completion_threshold,
    "cmi.max_time_allowed": unit.max_time_allowed,
    "cmi.time_limit_action": unit.time_limit_action,
  });

  const filled = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== null));

  /** What is sent: the data model without what is empty (lists without entries come as objects), and without whose it is. */
  const said = (values) => Object.fromEntries(Object.entries(filled(values)).filter(([name, value]) => typeof value !== "object" && !WHOSE.test(name)));

  /** Load values one by one: one that the other version or an older tool wrote does not keep the others out. */
  function fill(api, values) {
    for (const [name, value] of Object.entries(filled(values))) {
      try {
        api.loadFromFlattenedJSON({ [name]: value });
      } catch (error) {
        console.warn("not loaded", name, error);
      }
    }
  }

  /** Return what is kept in the order in which lists are filled: by number, each with its id and type first. */
  function ordered(values) {
    const rank = (name) => (/\.id$/.test(name) ? 0 : /\.type$/.test(name) ? 1 : 2);
    const place = (name) => Number(/\.(\d+)\./.exec(name)?.[1] ?? -1);
    const names = Object.keys(values).filter((name) => !LIVED_OUT.test(name));
    names.sort((a, b) => place(a) - place(b) || rank(a) - rank(b));
    return Object.fromEntries(names.map((name) => [name, values[name]]));
  }

  /**
   * Make the API of one unit. `hears` has begun(), ended(request), told(reply), lapsed() and refused(status). Returns it with `leave()`, which
   * saves what the unit has not, for when its page goes away without a word. Where to send is `TH.reports.url`, which changes with the launch.
   */
  TH.scormApi = (version, unit, kept, learner, hears) => {
    const is12 = version === "1.2";
    let latest = null; // what was not yet said to be stored
    let failures = 0;
    let broken = false; // the page goes away before the unit has ended itself
    let lapsed = ""; // the address whose launch has ended
    /**
     * Sends each save without stopping the page until the server has answered, as the runtime's own way would; the last one goes behind the page.
     * The runtime calls processHttpRequest, and wants to know at once that it is on its way; `done` when the server has answered.
     */
    const saves = {
      reportsRequestCompletion: true,
      updateSettings() {},
      processHttpRequest(_url, values, leaving, _log, tell, about, done) {
        latest = { unit: unit.id, run, number: (number += 1), ended: Boolean(about?.isTerminateCommit) && !broken, values: said(values) };
        save(latest, leaving)
          .catch(() => false) // no network, or more than a browser sends behind a page
          .then((saved) => (saved ? tell("CommitSuccess") : tell("CommitError", undefined, REFUSED)))
          .finally(() => done?.());
        return { result: "true", errorCode: 0 };
      },
    };

    /** Return whether the server has it, or, when the page goes away, whether the browser took it. */
    async function save(report, leaving) {
      const { status, body } = await TH.unitReports().send(report, { leaving, keepalive: true });
      const isSaved = status >= 200 && status < 300;
      if (body) hears.told(body);
      if (isSaved && latest === report) latest = null;
      if (status === TOO_LARGE) hears.refused(TOO_LARGE);
      return isSaved;
    }

    const settings = {
      autocommit: true,
      autocommitSeconds: SAVE_EVERY_S,
      lmsCommitUrl: TH.reports.url ?? NOWHERE,
      dataCommitFormat: "flattened",
      httpService: saves,
      autoCompleteLessonStatus: true, // SCORM 1.2 RTE 3.4.4: a unit that ends and has said nothing of its status is completed
      mastery_override: true, // same place: with a mastery score and a raw score, they decide
      logLevel: "NONE",
    };
    const Api = is12 ? window.Scorm12API : window.Scorm2004API;
    const api = new Api(settings);
    fill(api, ordered(kept?.cmi ?? {}));
    fill(api, (is12 ? own12 : own2004)(unit, learner, entryOf(kept)));
    api.on("CommitError", () => again());
    api.on(is12 ? "LMSInitialize" : "Initialize", () => hears.begun());
    api.on("BeforeTerminate", () => (api.leaving = api.adl?.nav?.request ?? "_none_"));
    api.on(is12 ? "LMSFinish" : "Terminate", () => hears.ended(api.leaving));

    /** The connection broke, or the save is larger than a browser sends behind a page: send the latest again, plainly. */
    function again() {
      const waiting = latest;
      if (!waiting || lapsed === TH.reports.url) return;
      setTimeout(async () => {
        if (latest !== waiting) return;
        const { url } = TH.reports;
        const status = await resend(waiting);
        if (status === ENDED && url === TH.reports.url) return lapse(url);
        const refused = status >= 400 && status < 500 && ![ENDED, TOO_LARGE, ...LATER].includes(status);
        if (refused) hears.refused(status);
        if (refused || status === TOO_LARGE || (status >= 200 && status < 300)) return latest === waiting && (latest = null);
        failures += 1;
        again();
      }, failures ? AGAIN_MS[Math.min(failures, AGAIN_MS.length) - 1] : 0);
    }

    /** Return the status of the answer; 0 without a network. */
    async function resend(waiting) {
      try {
        const { status, body } = await TH.unitReports().send(waiting);
        if (body) hears.told(body);
        return status;
      } catch {
        return 0;
      }
    }

    /** The launch has ended: the latest waits here until the page has another one. */
    function lapse(url) {
      lapsed = url;
      hears.lapsed();
    }

    TH.on("reports", () => {
      api.settings = { lmsCommitUrl: TH.reports.url };
      failures = 0;
      again();
    });

    /** Browsers no longer call `unload`, in which old units end. In 1.2 going away ends a unit (RTE 3.4.4); it resumes all the same. */
    function leave() {
      if (!api.isInitialized()) return;
      broken = true;
      if (is12) api.lmsFinish("");
      else api.commit("Commit");
    }

    return { api, name: is12 ? "API" : "API_1484_11", leave };
  };
})();
