// How does the page talk to the server? JSON with the launch token; an answer is a value, a dead network one too.

const PATIENCE_MS = 10000;

let ahead = 0; // of the device's clock, in milliseconds: negative where it is slow

/** Take the server's time from something that it has just sent. */
export function setTime(serverMs) {
  if (Number.isFinite(serverMs)) ahead = Date.now() - serverMs;
}

/** Return the server's time as an ISO instant, whatever the device's clock says. */
export const serverTime = () => new Date(Date.now() - ahead).toISOString();

export const OFFLINE = { status: 0, body: null };

/** Send JSON and return {status, body}; status 0 means that no answer came. Cookies stay at home unless asked for. */
export async function send(url, body, { token, cookies = false, csrf, keepalive = false, headers = {} } = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      keepalive,
      signal: keepalive ? undefined : giveUp.signal,
      credentials: cookies ? "same-origin" : "omit",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(csrf ? { "X-CSRFToken": csrf } : {}),
        ...headers,
      },
    });
    return answerOf(response.status, await response.text()); // a network that breaks in the middle of an answer has not answered
  } catch {
    return OFFLINE;
  } finally {
    clearTimeout(timer);
  }
}

/** What has no JSON although it should does not come from our server, but from a network that asks for a sign-in of its own, perhaps. */
function answerOf(status, text) {
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    return status === 200 ? OFFLINE : { status, body: null };
  }
}

/** Say whether asking again later makes sense. */
export function isTemporary(status) {
  return status === 0 || status === 429 || status >= 500;
}

/** Return a random UUID (crypto.randomUUID needs https, and a school's own server may have none). */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
