/* What was said: lines, and where they stand in view. */

// Turns that are shown at a time: a page with a long conversation must not stand still.
const AT_A_TIME = 5;

class Transcript {
  /**
   * @param {function} t Reader of the portal's sentences.
   * @param {object} acts Called back: say(said, shown), rate(id, helpful, comment), leave().
   * @param {string} help Where the articles stand.
   */
  constructor(t, acts, help) {
    this.t = t;
    this.acts = acts;
    this.help = help;
    this.markdown = markdownReader(t("new_window"));
    this.lines = new Map();
    this.choices = new Choices(t, acts);
    this.version = 0;
    this.more = el("div", { class: "earlier" });
    this.past = el("div", { role: "group", "aria-label": t("earlier"), id: "past" });
    this.log = el("div", { role: "log", "aria-live": "polite", "aria-label": t("log"), id: "log" });
    this.node = el(
      "div",
      { class: "scroll", id: "scroll", tabindex: "0", role: "region", "aria-label": t("log") },
      this.past,
      this.log
    );
    this.atEnd = false;
    let lastTop = 0;
    // A phone's keyboard and a growing message take their room from here.
    this.node.addEventListener("scroll", () => {
      const { scrollHeight, clientHeight, scrollTop } = this.node;
      // On its way down it counts as there; only going up again leaves the end.
      this.atEnd = scrollHeight - clientHeight - scrollTop < 4 || (this.atEnd && scrollTop >= lastTop);
      lastTop = scrollTop;
    });
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.node);
  }

  clear() {
    this.version += 1;
    this.lines.clear();
    this.choices.clear();
    this.more.replaceChildren();
    this.past.replaceChildren();
    this.filling = null;
    this.log.replaceChildren();
  }

  /** Returns a line and its bubble. */
  line(who, text) {
    const bubble = el("div", { class: "bubble" }, spoken(this.t(who) + "\u00a0: "));
    const line = el("div", { class: "line " + who }, bubble);
    line.said = this.t(who) + "\u00a0: " + plain(text);
    return { line, bubble };
  }

  /** Returns the line of what the person said. */
  own(text) {
    const { line, bubble } = this.line("you", text);
    bubble.append(text);
    return line;
  }

  /** Shows what the person said. */
  mine(text, id) {
    this.choices.settle(text);
    const turn = el("div", { class: "turn" }, this.own(text));
    this.log.append(turn);
    this.lines.set(id, turn);
    this.toLine(turn);
  }

  /** Shows the replies to a message below it, and asks whether they helped. */
  replies(messages, id) {
    const lines = this.answer(messages, id, { fresh: true });
    const last = lines[lines.length - 1];
    if (!last) {
      return;
    }
    const turn = this.lines.get(id) || this.log.appendChild(el("div", { class: "turn" }));
    turn.append(...lines);
    if (last.querySelector(".choices button")) {
      this.toEnd();
    } else {
      this.toLine(lines[0]);
    }
  }

  /** Shows what the conversation opens with, and where earlier turns will stand below it. */
  opening(notice, greeting) {
    this.past.append(notice, this.reply(greeting, null, {}), this.more);
    this.node.scrollTop = 0;
  }

  /**
   * Shows turns of before, some at once and the older ones bit by bit above them.
   *
   * @param {Array} turns As the service tells them.
   * @param {string} [since] What was said after them; without it the last choices are open.
   */
  earlier(turns, since) {
    const { version } = this;
    const fill = () => this.fill(turns, since, version);
    // One after the other: an older part must not come between the lines of a newer one.
    this.filling = this.filling ? this.filling.then(fill) : fill();
    return this.filling;
  }

  async fill(turns, since, version) {
    const { node } = this;
    for (let end = turns.length; end > 0; end -= AT_A_TIME) {
      if (end < turns.length) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      if (version !== this.version) {
        return;
      }
      const group = document.createDocumentFragment();
      for (let at = Math.max(0, end - AT_A_TIME); at < end; at += 1) {
        const { text, messages, message_id: id, helpful } = turns[at];
        const next = at + 1 < turns.length ? turns[at + 1].text : since;
        const lines = this.answer(messages, id, { helpful, since: next });
        group.append(el("div", { class: "turn" }, this.own(text), ...lines));
      }
      const below = node.scrollHeight - node.scrollTop;
      this.more.after(group);
      const top = node.scrollHeight - (this.atEnd ? 0 : below);
      node.scrollTo({ top, behavior: "instant" });
    }
  }

  /** Returns the lines that answer a message. */
  answer(messages, id, { helpful, ...how } = {}) {
    const lines = messages.map((message) => this.reply(message, id, how));
    const last = lines[lines.length - 1];
    if (last) {
      if (messages[messages.length - 1].solved) {
        const titles = [this.t("solved_yes"), this.t("solved_no")];
        const buttons = titles.map((title) => ({ title, payload: title }));
        last.append(this.choices.group(buttons, id, { ...how, question: this.t("solved") }));
      }
      last.append(rating(this.t, id, helpful, this.acts.rate));
    }
    return lines;
  }

  reply(message, id, how) {
    const t = this.t;
    const { line, bubble } = this.line("assistant", message.text);
    bubble.append(this.markdown(message.text));
    if (message.article) {
      const address = this.help + "faq/" + encodeURIComponent(message.article.id);
      const title = t("article", { title: message.article.title });
      // On the help page itself the conversation comes along.
      const away = !location.href.startsWith(this.help) && t("new_window");
      bubble.append(el("p", { class: "lead" }, icon("page"), link(address, title, away)));
    }
    if (message.buttons.length) {
      line.append(this.choices.group(message.buttons, id, how));
    }
    return line;
  }

  /** Marks a message that the service does not take. */
  refuse(id, sentence) {
    const line = this.lines.get(id)?.firstChild;
    if (line) {
      line.classList.add("failed");
      line.append(el("p", { class: "mark" }, typeset(sentence)));
      this.toLine(line);
    }
  }

  /** Returns all that was said, for a file. */
  text() {
    return [...this.node.querySelectorAll(".line")].map((line) => line.said).join("\n\n");
  }

  /** Shows the last choices: what can be chosen must not have to be looked for. */
  toEnd() {
    this.atEnd = true;
    this.node.scrollTop = this.node.scrollHeight;
  }

  /** Shows a line from its beginning where the rest does not fit. */
  toLine(line) {
    this.atEnd = false;
    const { node } = this;
    const top = line.getBoundingClientRect().top - node.getBoundingClientRect().top - 8;
    node.scrollTop = Math.min(node.scrollHeight - node.clientHeight, node.scrollTop + top);
  }
}
