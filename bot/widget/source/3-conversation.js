/* One conversation as the server knows it: its session, and a queue that loses no message.
 *
 * A message keeps its id until it is answered, so sending it again is harmless: the server answers
 * a message once. Session and unanswered messages outlive a page in the tab's own storage, which a
 * shared computer forgets when the tab is closed, and which we forget after some hours. */

const HOURS_KEPT = 24;
const PATIENCE = 30000;
const PAUSES = [1000, 2000, 4000, 8000];
const EXPIRED = 401;
const LATER = new Set([408, 425, 500, 502, 503, 504]);

class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
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
    throw new Refused(response.status, answer.error || "");
  } finally {
    clearTimeout(timer);
  }
}

class Conversation {
  /**
   * @param {string} portal Which portal.
   * @param {object} events Called back: answered(message, replies), waiting(boolean),
   *   retrying(), stuck(sentence), refused(message, sentence), renewed().
   */
  constructor(portal, events) {
    this.api = BASE + portal + "/chat/";
    this.key = "guichet:" + this.api;
    this.events = events;
    this.generation = 0;
    this.running = false;
    this.resumed = false;
    this.restore();
  }

  restore() {
    let kept = {};
    try {
      kept = JSON.parse(sessionStorage.getItem(this.key)) || {};
      if (Date.now() - kept.at > HOURS_KEPT * 3600000) {
        kept = {};
        sessionStorage.removeItem(this.key);
      }
    } catch (error) {
      kept = {};
    }
    this.session = kept.session || null;
    this.queue = Array.isArray(kept.queue) ? kept.queue : [];
    this.draft = kept.draft || "";
    this.open = Boolean(kept.open);
  }

  keep() {
    const { session, queue, draft, open } = this;
    try {
      const kept = JSON.stringify({ session, queue, draft, open, at: Date.now() });
      sessionStorage.setItem(this.key, kept);
    } catch (error) {
      // Without storage the conversation lasts as long as the page.
    }
  }

  /** Starts anew: what is still on its way belongs to the former conversation. */
  reset() {
    this.generation += 1;
    this.running = false;
    this.resumed = true;
    this.session = null;
    this.queue = [];
    this.draft = "";
    this.keep();
    this.events.waiting(false);
  }

  /** Deletes the conversation on the server too. */
  async erase() {
    if (this.session) {
      await ask(this.api + "history", "DELETE", null, this.session);
    }
    this.reset();
  }

  /** Adds a message, `{text}` or `{article}`; `shown` is what the person sees as theirs. */
  send(said, shown) {
    const message = { id: randomId(), shown, ...said };
    this.queue.push(message);
    this.keep();
    this.run();
    return message;
  }

  rate(id, helpful, comment) {
    const body = { session: this.session, message_id: id, helpful, comment };
    return ask(this.api + "ratings", "POST", body);
  }

  /** Returns the turns so far; what is written meanwhile waits until they are known. */
  async resume() {
    const generation = this.generation;
    const current = () => generation === this.generation;
    let turns = [];
    if (this.session) {
      const read = () => ask(this.api + "history", "GET", null, this.session);
      try {
        turns = (await this.persist(read, current)).turns;
      } catch (error) {
        if (!(error instanceof Refused) || LATER.has(error.status)) {
          throw error;
        }
        this.session = current() ? null : this.session;
      }
    }
    if (!current()) {
      return [];
    }
    const known = new Set(turns.map((turn) => turn.message_id));
    this.queue = this.queue.filter((message) => !known.has(message.id));
    this.resumed = true;
    if (this.session || this.queue.length) {
      this.keep();
    }
    return turns;
  }

  /** Sends what is queued, one after the other, until it is answered or stuck. */
  async run() {
    if (this.running || !this.resumed || !this.queue.length) {
      return;
    }
    this.running = true;
    const generation = this.generation;
    const current = () => generation === this.generation;
    this.events.waiting(true);
    while (current() && this.queue.length) {
      const message = this.queue[0];
      try {
        const answer = await this.persist(() => this.post(message, current), current);
        if (!current()) {
          return;
        }
        this.queue.shift();
        this.keep();
        this.events.answered(message, answer.messages);
      } catch (error) {
        if (!current()) {
          return;
        }
        if (error instanceof Refused && !LATER.has(error.status) && error.status !== 429) {
          this.queue.shift();
          this.keep();
          this.events.refused(message, error.message);
        } else {
          this.running = false;
          this.events.waiting(false);
          this.events.stuck(error instanceof Refused ? error.message : "");
          return;
        }
      }
    }
    if (current()) {
      this.running = false;
      this.events.waiting(false);
    }
  }

  async post(message, current) {
    if (!this.session) {
      await this.begin(current);
    }
    const body = { message_id: message.id, message: message.text, article: message.article };
    const send = () =>
      ask(this.api + "messages", "POST", { session: this.session, ...body });
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Refused && error.status === EXPIRED) || !current()) {
        throw error;
      }
      await this.begin(current);
      this.events.renewed();
      return send();
    }
  }

  async begin(current) {
    const answer = await ask(this.api + "session", "POST", {});
    if (current()) {
      this.session = answer.session;
      this.keep();
    }
  }

  /** Tries again after a pause what the network or a busy server did not let through. */
  async persist(attempt, current) {
    for (let tried = 0; ; tried += 1) {
      try {
        return await attempt();
      } catch (error) {
        const hopeless = error instanceof Refused && !LATER.has(error.status);
        if (hopeless || tried === PAUSES.length || !current()) {
          throw error;
        }
        this.events.retrying();
        await wait(PAUSES[tried] * (0.75 + Math.random() / 2));
      }
    }
  }
}
