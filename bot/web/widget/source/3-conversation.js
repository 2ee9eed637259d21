/* One conversation as the server knows it: its session, and a queue that loses no message.
 *
 * A message keeps its id until it is answered, so sending it again is harmless: the server answers
 * a message once. Session and unanswered messages outlive a page in the tab's own storage, which a
 * shared computer forgets when the tab is closed, and which we forget after some hours. */

class Conversation {
  /**
   * @param {string} portal Which portal.
   * @param {object} events Called back: answered(message, replies), waiting(boolean),
   *   retrying(error), stuck(error), refused(message, sentence), renewed(), changed().
   */
  constructor(portal, events) {
    this.api = BASE + portal + "/chat/";
    this.kept = new Kept("guichet:" + this.api);
    this.events = events;
    this.generation = 0;
    this.running = false;
    this.resumed = false;
    this.restore();
  }

  restore() {
    const stored = this.kept.read();
    // Without storage what stands here is all there is.
    const kept = !stored.mark && this.session ? this : stored;
    this.session = kept.session || null;
    this.queue = Array.isArray(kept.queue) ? kept.queue : [];
    this.draft = kept.draft || "";
    this.open = Boolean(kept.open);
    // The number of the latest turn shown, and where to go on reading backwards.
    this.number = 0;
    this.before = null;
  }

  /** Keeps all this in the tab, unless another page of the tab has gone on from here. */
  keep() {
    if (this.kept.overtaken()) {
      this.adopt();
    } else {
      this.write();
    }
  }

  write() {
    const { session, queue, draft, open } = this;
    this.kept.write({ session, queue, draft, open });
  }

  /** Goes on from what the tab holds: newer than what stands here, or not shown here in full. */
  adopt() {
    this.generation += 1;
    this.running = false;
    this.resumed = false;
    this.restore();
    this.events.waiting(false);
    this.events.changed();
  }

  /** Looks whether the conversation went on elsewhere, in a copy of this tab. */
  async follow() {
    const { generation, session } = this;
    const idle = () => this.resumed && !this.running && generation === this.generation;
    if (!session || !idle()) {
      return;
    }
    try {
      const [latest] = (await this.read("?most=1")).turns;
      if (latest && idle() && latest.number !== this.number) {
        this.adopt();
      }
    } catch (error) {
      // The next answer tells it as well.
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
    this.number = 0;
    this.before = null;
    this.write();
    this.events.waiting(false);
  }

  /** Deletes the conversation on the server too. */
  async erase() {
    if (this.session) {
      await ask(this.api + "history", "DELETE", null, this.session);
    }
    this.reset();
  }

  /**
   * Adds a message, `{text}` or `{article}`, of a press with the `offered_by` of its button;
   * `shown` is what the person sees as theirs.
   */
  send(said, shown) {
    if (this.kept.overtaken()) {
      this.adopt();
    }
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

  read(query) {
    return ask(this.api + "history" + query, "GET", null, this.session);
  }

  /** Returns the turns before those that were read. */
  async earlier() {
    const { generation } = this;
    const current = () => generation === this.generation;
    const page = await this.persist(() => this.read("?before=" + this.before), current).finally(
      () => this.running || this.events.waiting(false)
    );
    if (!current()) {
      return [];
    }
    this.before = page.before;
    return page.turns;
  }

  /** Returns the latest turns; what is written meanwhile waits until they are known. */
  async resume() {
    const generation = this.generation;
    const current = () => generation === this.generation;
    let page = { turns: [], before: null };
    if (this.session) {
      try {
        page = await this.persist(() => this.read(""), current);
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
    const { turns, before } = page;
    this.before = before;
    this.number = turns.length ? turns[turns.length - 1].number : 0;
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
    let missed = false;
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
        if (!current()) {
          return;
        }
        missed = missed || (answer.turn || 0) > this.number + 1;
        this.number = Math.max(this.number, answer.turn || 0);
        this.events.answered(message, answer.messages);
      } catch (error) {
        if (!current()) {
          return;
        }
        if (error instanceof Refused && !LATER.has(error.status) && error.status !== 429) {
          this.queue.shift();
          this.keep();
          if (!current()) {
            return;
          }
          this.events.refused(message, error.message);
        } else {
          this.running = false;
          this.events.waiting(false);
          this.events.stuck(error);
          return;
        }
      }
    }
    if (current()) {
      this.running = false;
      this.events.waiting(false);
      if (missed) {
        this.adopt();
      }
    }
  }

  async post(message, current) {
    if (!this.session) {
      await this.begin(current);
    }
    const { id, text, article, offered_by } = message;
    const send = () => {
      if (!current()) {
        throw new Error("Sent by another page");
      }
      const body = { session: this.session, message_id: id, message: text, article, offered_by };
      return ask(this.api + "messages", "POST", body);
    };
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
      this.number = 0;
      this.keep();
    }
  }

  /** Tries again after a pause what the network or a busy server did not let through. */
  async persist(attempt, current) {
    for (let tried = 0; ; ) {
      try {
        return await attempt();
      } catch (error) {
        const hopeless = error instanceof Refused && !LATER.has(error.status) && !error.after;
        if (hopeless || tried === PAUSES.length || !current()) {
          throw error;
        }
        this.events.retrying(error);
        const pause = PAUSES[tried] * (0.75 + Math.random() / 2);
        // Not all who were told when to come back come at once.
        await wait(error.after ? error.after + Math.random() * 1000 : pause);
        tried += error.status === 429 ? 0 : 1;
      }
    }
  }
}
