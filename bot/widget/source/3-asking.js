/* Asking the service, with patience and an end to it. */

const PATIENCE = 30000;
const PAUSES = [1000, 2000, 4000, 8000];
const EXPIRED = 401;
const LATER = new Set([408, 425, 500, 502, 503, 504]);

class Refused extends Error {
  constructor(status, sentence, seconds) {
    super(sentence);
    this.status = status;
    // After how long the service wants to be asked again, if it says so.
    this.after = seconds > 0 ? seconds * 1000 : 0;
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
    throw new Refused(response.status, answer.error || "", answer.retry_after);
  } finally {
    clearTimeout(timer);
  }
}
