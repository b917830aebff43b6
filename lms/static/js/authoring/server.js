// Asks the server for a form. An ended sign-in and a lost line lose nothing: the form keeps its text, and hears what to wait for.

/** An answer that says no. `fields`: what is wrong, by field; `waits`: asking again helps, once the line or the sign-in is back. */
export class Refusal extends Error {
  constructor(words, { fields = null, waits = "" } = {}) {
    super(words);
    Object.assign(this, { fields, waits });
  }
}

const ASKS_FOR_A_NEW_TOKEN = [400, 401, 403];
const BUSY = [429, 502, 503, 504];

export class Server {
  constructor({ texts, csrf, person }) {
    Object.assign(this, { texts, csrf, person });
  }

  json(url, body, more) {
    return this.ask(url, body, more).then((one) => one.json());
  }

  /** Ask, and return the response; a form token that ended with an earlier sign-in is renewed. Throws a `Refusal`. */
  async ask(url, body, more = {}) {
    let response = await this.send(url, body, more);
    if (ASKS_FOR_A_NEW_TOKEN.includes(response.status) && !(await this.isAboutFields(response)) && (await this.renew())) response = await this.send(url, body, more);
    if (response.redirected || response.status === 401) throw new Refusal(this.texts.signed_out, { waits: "sign_in" });
    if (response.ok) return response;
    const said = await response.json().catch(() => null);
    throw new Refusal(said?.detail ?? this.texts.failed, { fields: said?.fields, waits: BUSY.includes(response.status) ? "line" : "" });
  }

  async send(url, body, { form: isForm = false, method = "POST", progress = null }) {
    try {
      if (progress) return await this.sendFile(url, body, progress);
      return await fetch(url, {
        method,
        body: isForm ? body : method === "POST" ? JSON.stringify(body) : undefined,
        headers: { Accept: "application/json", "X-CSRFToken": this.csrf, ...(isForm ? {} : { "Content-Type": "application/json" }) },
      });
    } catch {
      throw new Refusal(this.texts.offline, { waits: "line" });
    }
  }

  /** Send a form with a file, and tell `progress` which share of it is sent: `fetch` cannot say that. */
  sendFile(url, body, progress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.csrf);
      request.upload.onprogress = ({ loaded, total }) => total && progress(loaded / total);
      request.onload = () => {
        const response = new Response(request.responseText, { status: request.status });
        const redirected = new URL(request.responseURL).pathname !== new URL(url, location.href).pathname;
        resolve(Object.defineProperty(response, "redirected", { value: redirected }));
      };
      request.onerror = request.onabort = reject;
      request.send(body);
    });
  }

  async isAboutFields(response) {
    const said = await response.clone().json().catch(() => null);
    return Boolean(said?.fields || said?.code);
  }

  /** Ask for this page again: it has another form token after a sign-in. Returns false if nobody is signed in; throws a `Refusal` for others. */
  async renew() {
    const page = await this.reload();
    const person = page?.querySelector("meta[name=person]")?.content;
    if (person && person !== String(this.person)) throw new Refusal(this.texts.signed_out, { waits: "sign_in" });
    const token = page?.getElementById("form-config") && page.querySelector("meta[name=csrf-token]").content;
    if (token) this.csrf = token;
    return Boolean(token);
  }

  async reload() {
    try {
      const answer = await fetch(location.href, { redirect: "manual" });
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return null;
    }
  }
}
