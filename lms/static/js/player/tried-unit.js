// A unit of cmi5 in a trainer's preview: begun at an address of its own, in the mode that was chosen, and asked for what it sent.

import { OFFLINE, isTemporary, send } from "./api.js";
import { SOON_MS, Unit } from "./unit.js";

export class TriedUnit extends Unit {
  /** As `Unit`; `hears` has `reported` besides, which gets what the unit sent since the last time. */
  constructor(config, how) {
    super(config, how);
    this.normal = document.querySelector("[data-unit-normal]");
    this.normal.addEventListener("change", () => config.own_window || this.start((url) => this.frame.say("unit", { url })));
  }

  begin() {
    return send(this.config.start, { normal: this.normal.checked }, { cookies: true, csrf: this.csrf });
  }

  started(begun) {
    super.started(begun);
    Object.assign(this, { address: begun.look, since: 0 });
    this.hears.begun();
  }

  /** Ask all the time: what a unit sends after its end is refused, and shown. */
  turn() {
    setTimeout(async () => {
      if (this.address && !document.hidden) await this.look();
      this.turn();
    }, SOON_MS);
  }

  /** The preview is over, or whoever tries the unit is signed out: say so, and ask no more. */
  over({ status, body }) {
    this.address = null;
    this.hears.failed(body?.detail ?? String(status));
    return OFFLINE;
  }

  async stateAsked() {
    const asked = this.address;
    const answer = await send(asked, { since: this.since }, { cookies: true, csrf: this.csrf });
    if (asked !== this.address) return OFFLINE;
    if (answer.status !== 200) return isTemporary(answer.status) ? OFFLINE : this.over(answer);
    for (const one of answer.body.reports) this.hears.reported(one);
    this.since = answer.body.reports.at(-1)?.number ?? this.since;
    return answer;
  }
}
