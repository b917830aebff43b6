// The unit's side of cmi5 in as few lines as it takes: fetch the token, read the launch data and the preferences, send statements.
const CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
const MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon";
const MASTERY_SCORE = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
const VERB = "http://adlnet.gov/expapi/verbs/";
const BOOKMARK = "bookmark";

class Cmi5 {
  constructor(address) {
    const said = new URL(address).searchParams;
    for (const name of ["endpoint", "fetch", "registration", "activityId"]) this[name] = said.get(name);
    this.actor = JSON.parse(said.get("actor"));
    this.began = Date.now();
  }

  async begin() {
    const answer = await (await fetch(this.fetch, { method: "POST" })).json();
    if (!answer["auth-token"]) throw new Error(answer["error-text"] || "no token");
    this.token = answer["auth-token"];
    this.data = await (await this.ask("activities/state", this.place("LMS.LaunchData"))).json();
    await this.ask("agents/profile", { profileId: "cmi5LearnerPreferences", agent: JSON.stringify(this.actor) });
    await this.say("initialized");
  }

  place(stateId) {
    return { stateId, activityId: this.activityId, agent: JSON.stringify(this.actor), registration: this.registration };
  }

  ask(resource, query, method = "GET", body) {
    const headers = { Authorization: `Basic ${this.token}`, "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json" };
    return fetch(`${this.endpoint}/${resource}?${new URLSearchParams(query)}`, { method, headers, body: body && JSON.stringify(body), keepalive: method !== "GET" });
  }

  async bookmark() {
    const answer = await this.ask("activities/state", this.place(BOOKMARK));
    return answer.ok ? answer.json() : null;
  }

  keep(bookmark) {
    return this.ask("activities/state", this.place(BOOKMARK), "PUT", bookmark);
  }

  /** Whether results may be recorded: a unit that is only looked at says none. */
  get counts() {
    return this.data.launchMode === "Normal";
  }

  async say(verb, result) {
    const context = structuredClone(this.data.contextTemplate);
    context.registration = this.registration;
    const moves = result && ("success" in result || "completion" in result);
    context.contextActivities.category = [{ id: CMI5 }, ...(moves ? [{ id: MOVE_ON }] : [])];
    if (result?.score && "masteryScore" in this.data) context.extensions[MASTERY_SCORE] = this.data.masteryScore;
    const statement = { id: uuid(), timestamp: new Date().toISOString(), actor: this.actor, verb: { id: VERB + verb }, object: { id: this.activityId }, context };
    if (result) statement.result = result;
    const answer = await this.ask("statements", { statementId: statement.id }, "PUT", statement);
    return answer.ok;
  }

  get duration() {
    return `PT${Math.round((Date.now() - this.began) / 1000)}S`;
  }
}

function uuid() {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, at) => ((at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte)).toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
