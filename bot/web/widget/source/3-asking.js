/* Asking the service, with patience and an end to it. */

const PATIENCE = 30000;
const LONGEST = 3600000;
const PAUSES = [1000, 2000, 4000, 8000];
const EXPIRED = 401;
const LATER = new Set([408, 425, 500, 502, 503, 504]);

class Refused extends Error {
  /** `told` is when the service wants to be asked again, in seconds or as a date, if it says so. */
  constructor(status, sentence, told) {
    super(sentence);
    this.status = status;
    const seconds = Number(told);
    const after = isNaN(seconds) ? Date.parse(told) - Date.now() : seconds * 1000;
    this.after = after > 0 ? Math.min(after, LONGEST) : 0;
  }
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wait(milliseconds) {
  return new Promise(function (resolve) {
    const timer = setTimeout(resolve, milliseconds);
    function early() {
      clearTimeout(timer);
      resolve();
    }
    window.addEventListener("online", early, { once: true });
  });
}

/** Asks the service, and gives up on it after a while. */
async function ask(address, method, body, session) {
  const headers = {};
  const abort = new AbortController();
  const options = { method, headers, credentials: "omit", signal: abort.signal };
  if (body) {
    headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  } else if (session) {
    headers.Authorization = "Bearer " + session;
  }
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const response = await fetch(address, options);
    if (response.status === 204) {
      return null;
    }
    if (response.ok) {
      return await response.json();
    }
    const answer = await response.json().catch(() => ({}));
    const told = answer.retry_after || response.headers.get("Retry-After");
    throw new Refused(response.status, answer.error || "", told);
  } finally {
    clearTimeout(timer);
  }
}
