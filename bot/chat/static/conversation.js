/* One conversation as the server knows it: its session, and a queue that loses no message.
 *
 * A message keeps its id until it is answered, so sending it again is harmless: the server answers
 * a message once. Session and unanswered messages outlive a reload in the tab's own storage, which
 * a shared computer forgets when the tab is closed. */
(function () {
  "use strict";

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
      window.addEventListener(
        "online",
        function () {
          clearTimeout(timer);
          resolve();
        },
        { once: true }
      );
    });
  }

  class Conversation {
    /**
     * @param {string} api Where the portal's chat API stands.
     * @param {string} key Under what the tab's storage keeps this portal's conversation.
     * @param {object} events Called back: answered(message, replies), waiting(boolean),
     *   retrying(), stuck(sentence), refused(message, sentence), renewed().
     */
    constructor(api, key, events) {
      this.api = api;
      this.key = key;
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
      } catch (error) {
        kept = {};
      }
      this.session = kept.session || null;
      this.queue = Array.isArray(kept.queue) ? kept.queue : [];
    }

    keep() {
      try {
        const value = { session: this.session, queue: this.queue };
        sessionStorage.setItem(this.key, JSON.stringify(value));
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
      this.keep();
      this.events.waiting(false);
    }

    /** Adds a message; `shown` is what the person sees as theirs. */
    send(text, shown) {
      const message = { id: randomId(), text: text, shown: shown };
      this.queue.push(message);
      this.keep();
      this.run();
      return message;
    }

    /** Returns the turns so far; what is written meanwhile waits until they are known. */
    async resume() {
      const generation = this.generation;
      let turns = [];
      if (this.session) {
        try {
          const current = () => generation === this.generation;
          turns = (await this.persist(() => this.call("GET", "history"), current)).turns;
        } catch (error) {
          if (!(error instanceof Refused) || LATER.has(error.status)) {
            throw error;
          }
          this.session = generation === this.generation ? null : this.session;
        }
      }
      if (generation !== this.generation) {
        return [];
      }
      const known = new Set(turns.map((turn) => turn.message_id));
      this.queue = this.queue.filter((message) => !known.has(message.id));
      this.resumed = true;
      this.keep();
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
        await this.open(current);
      }
      const body = { session: this.session, message: message.text, message_id: message.id };
      try {
        return await this.call("POST", "messages", body);
      } catch (error) {
        if (!(error instanceof Refused && error.status === EXPIRED) || !current()) {
          throw error;
        }
        await this.open(current);
        this.events.renewed();
        return this.call("POST", "messages", Object.assign({}, body, { session: this.session }));
      }
    }

    async open(current) {
      const answer = await this.call("POST", "session", {});
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
          if (hopeless || tried === PAUSES.length || (current && !current())) {
            throw error;
          }
          this.events.retrying();
          await wait(PAUSES[tried] * (0.75 + Math.random() / 2));
        }
      }
    }

    async call(method, path, body) {
      const headers = {};
      const options = { method, headers, credentials: "omit", cache: "no-store" };
      if (body) {
        headers["Content-Type"] = "application/json";
        options.body = JSON.stringify(body);
      } else {
        headers.Authorization = "Bearer " + this.session;
      }
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), PATIENCE);
      options.signal = abort.signal;
      try {
        const response = await fetch(this.api + "/" + path, options);
        if (response.ok) {
          return await response.json();
        }
        const answer = await response.json().catch(() => ({}));
        throw new Refused(response.status, answer.error || "");
      } finally {
        clearTimeout(timer);
      }
    }
  }

  window.Guichet = Object.assign(window.Guichet || {}, { Conversation });
})();
