/* What was said: lines, replies to choose from, whether an answer helped. */

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
    this.lines.clear();
    this.past.replaceChildren();
    this.log.replaceChildren();
  }

  /** Adds a line at the end, or after another: the answer to a message stands below it. */
  add(who, text, after, past) {
    const bubble = el("div", { class: "bubble" }, spoken(this.t(who) + "\u00a0: "));
    const line = el("div", { class: "line " + who }, bubble);
    line.said = this.t(who) + "\u00a0: " + plain(text);
    if (after) {
      after.after(line);
    } else {
      (past ? this.past : this.log).append(line);
    }
    return { line, bubble };
  }

  /** Shows what the person said. */
  mine(text, id, past) {
    this.settleChoices(text);
    const { line, bubble } = this.add("you", text, null, past);
    bubble.append(text);
    if (id) {
      this.lines.set(id, line);
    }
    this.toLine(line);
  }

  /** Shows the replies to a message and asks whether they helped. */
  replies(messages, id, { past, helpful } = {}) {
    const shown = [];
    messages.forEach((message) => {
      shown.push(this.reply(message, shown[shown.length - 1] || this.lines.get(id), past));
    });
    const last = shown[shown.length - 1];
    if (!last) {
      return;
    }
    if (messages[messages.length - 1].solved) {
      const titles = [this.t("solved_yes"), this.t("solved_no")];
      const buttons = titles.map((title) => ({ title, payload: title }));
      last.append(this.choices(buttons, this.t("solved")));
    }
    last.append(this.rating(id, helpful));
    if (last.querySelector(".choices button")) {
      this.toEnd();
    } else {
      this.toLine(shown[0]);
    }
  }

  reply(message, after, past) {
    const t = this.t;
    const { line, bubble } = this.add("assistant", message.text, after, past);
    bubble.append(this.markdown(message.text));
    if (message.article) {
      const address = this.help + "faq/" + encodeURIComponent(message.article.id);
      const title = t("article", { title: message.article.title });
      // On the help page itself the conversation comes along.
      const away = !location.href.startsWith(this.help) && t("new_window");
      bubble.append(el("p", { class: "lead" }, icon("page"), link(address, title, away)));
    }
    if (message.buttons.length) {
      line.append(this.choices(message.buttons));
    }
    return line;
  }

  /** Returns what can be answered by one press. */
  choices(buttons, question) {
    const number = buttons.length;
    const count = this.t(number > 1 ? "choices_many" : "choices_one", { n: number });
    const group = el("div", { class: "choices", role: "group", "aria-label": question || count });
    group.append(question ? el("p", null, question) : spoken(count));
    buttons.forEach(({ title, payload, article }) => {
      const pressed = () => this.acts.say(article ? { article } : { text: payload }, title);
      group.append(button({ class: "choice" }, pressed, typeset(title)));
    });
    return group;
  }

  /** Leaves former choices to read: once something else was said they would answer that. */
  settleChoices(text) {
    const chosen = typeset(text || "");
    const groups = [...this.node.querySelectorAll(".choices")];
    groups.forEach((group) => {
      if (!group.querySelector("button")) {
        return;
      }
      const list = el("ul", { class: "chosen-of", "aria-label": group.getAttribute("aria-label") });
      group.querySelectorAll("button").forEach((node) => {
        const taken = node.textContent === chosen;
        list.append(
          el(
            "li",
            { class: taken && "chosen" },
            taken && icon("done"),
            node.textContent,
            taken && spoken(" (" + this.t("chosen") + ")")
          )
        );
      });
      const question = group.querySelector("p");
      group.replaceWith(el("div", { class: "choices" }, question, list));
    });
  }

  /** Returns two thumbs, and after a thumb down a field for a word on it. */
  rating(id, helpful) {
    const t = this.t;
    const told = el("span", { class: "told", role: "status" });
    // Offered below every answer, they need not be read out with each.
    const group = el("div", {
      class: "rating", role: "group", "aria-live": "off", "aria-label": t("rate"),
    });
    const rate = async (value, comment) => {
      try {
        await this.acts.rate(id, value, comment);
        thumbs.forEach((node, index) => {
          node.setAttribute("aria-pressed", String((index === 0) === value));
        });
        told.textContent = t("rated");
      } catch (error) {
        told.textContent = t("rate_failed");
      }
    };
    const thumbs = [true, false].map((value) => {
      const name = value ? "yes" : "no";
      const pressed = async () => {
        group.querySelector("form")?.remove();
        await rate(value, "");
        if (!value) {
          group.append(this.wordForm((comment) => rate(value, comment)));
        }
      };
      return button(
        { class: "thumb", "aria-pressed": String(helpful === value), title: t("rate_" + name) },
        pressed,
        icon(name),
        spoken(t("rate_" + name))
      );
    });
    group.append(...thumbs, told);
    return group;
  }

  wordForm(send) {
    const field = el("input", { type: "text", maxlength: "500", autocomplete: "off" });
    const form = el(
      "form",
      { class: "word" },
      el("label", null, this.t("rate_word"), field),
      el("button", { class: "plain" }, this.t("rate_send"))
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await send(field.value);
      const thumb = form.parentNode.querySelector("[aria-pressed=true]");
      form.remove();
      thumb?.focus();
    });
    setTimeout(() => this.toNode(form));
    return form;
  }

  /** Marks a message that the service does not take. */
  refuse(id, sentence) {
    const line = this.lines.get(id);
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
    const end = this.node.scrollHeight - this.node.clientHeight;
    this.node.scrollTop = Math.min(end, line.offsetTop - 8);
  }

  toNode(node) {
    node.scrollIntoView({ block: "nearest" });
  }
}
